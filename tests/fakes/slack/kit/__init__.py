"""Block Kit as Slack checks it: what a message, a modal or a Home tab may hold."""
