# One image for all workers: `docker run IMAGE workers/NAME/index.mjs`, where NAME is setup, fetcher, aggregator,
# broadcaster or publisher. Bundles need Node alone, so no packages are installed in what runs.
FROM node:24.21.0-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm install --omit=dev --ignore-scripts --no-save --no-audit --no-fund
COPY . .
RUN npm run build -- --workers

FROM node:24.21.0-slim
ENV NODE_ENV=production HTTP_HOST=0.0.0.0 SITE_DIR=/app/web
WORKDIR /app
COPY --from=build /app/build/workers workers
COPY --from=build /app/build/web web
COPY data data
USER 1000:1000
EXPOSE 8080 9400
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.HEALTH_PORT || 9400) + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node"]
CMD ["workers/aggregator/index.mjs"]
