"""How fast Easel is, how much it carries, and what it survives: measured on two processors, in processes of its own."""
