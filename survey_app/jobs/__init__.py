"""Background work: the job table is the queue, its progress is what people see, a worker does it."""
