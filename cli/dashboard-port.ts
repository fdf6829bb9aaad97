import { PipelineError } from "#core/errors.ts";
import { openLoopbackServer, type LoopbackServer } from "#local/loopback-server.ts";

const FIRST_PORT = 8_080;
const PORTS_TRIED = 20;

/** The port asked for, or the first free one from 8080 on. @throws PipelineError TAPE_PORT_IN_USE */
export const listenForDashboard = async (port: number | undefined): Promise<LoopbackServer> => {
  if (port !== undefined) return openLoopbackServer(port);
  for (let tried = FIRST_PORT; ; tried++) {
    try {
      return await openLoopbackServer(tried);
    } catch (error) {
      const isTaken = error instanceof PipelineError && error.code === "TAPE_PORT_IN_USE";
      if (!isTaken || tried + 1 >= FIRST_PORT + PORTS_TRIED) throw error;
    }
  }
};
