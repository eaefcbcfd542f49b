sealed-title = Not open yet
sealed-text = This server has started, but it does not have its keys yet: nothing is read and nothing is recorded. Please try again in a few minutes.
sealed-next = If you run this server: the terminal where it was started, and its log, say what it waits for. “privet unseal” opens it.
