"""What happens when a service fails: every fault at every service, through a whole house and the real SDKs."""
