"""Independent clients of HubSpot read the simulated portal, and every value that they read is
compared with the row that Spoke made of the same record.

What the simulator answers and what Spoke makes of it could be wrong in the same way; programs that
others wrote for HubSpot's own API would then fail or differ."""
