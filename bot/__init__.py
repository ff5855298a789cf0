"""Where people meet Easel: the web, the terminal, chat platforms."""
