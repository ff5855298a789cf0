"""What any platform's stand-in needs and no platform owns: sockets, clock, journal, scripted faults, hosted files."""
