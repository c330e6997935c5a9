"""Shows that the simulator speaks SP-API as Amazon documents it, and misbehaves exactly as scripted."""
