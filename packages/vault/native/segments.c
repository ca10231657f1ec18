/* Placeholder: replaced by the slice that reads, checks and decrypts segments. */
