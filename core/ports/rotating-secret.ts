/**
 * A secret of which a new version is made now and then, while the one before stays valid. Every method throws PipelineError
 * TAPE_SECRET_UNAVAILABLE when the secret cannot be asked for.
 */
export interface RotatingSecret {
  /** Makes a version with the value `newValue` that is not current yet; does nothing if it has been made. */
  prepare(secret: string, versionId: string, newValue: () => string): Promise<void>;

  /** Makes a prepared version the current one, and the current one the previous; does nothing if it has been done. */
  makeCurrent(secret: string, versionId: string): Promise<void>;
}
