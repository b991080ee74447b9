package regtest

// Forget drops the transactions that wait for a block, as a node does that starts again.
func (c *Chain) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, tx := range c.queue {
		c.mempool.RemoveTransaction(tx, false)
	}
	c.queue = nil
}
