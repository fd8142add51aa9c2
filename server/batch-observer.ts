/** Is told of each batch of decisions once its transaction has ended. */
export interface BatchObserver {
  /**
   * @param size decisions in the batch
   * @param queuedMs milliseconds for which its first one had waited
   * @param commitMs milliseconds from the transaction's begin until it was durable, or had failed
   */
  onBatch(size: number, queuedMs: number, commitMs: number): void;
}
