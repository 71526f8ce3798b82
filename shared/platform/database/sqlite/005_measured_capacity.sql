-- room: agents
-- How many tasks at once its measured resources allow.
ALTER TABLE agents ADD measured_capacity INTEGER CHECK (measured_capacity >= 0);
