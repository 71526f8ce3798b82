-- room: tasks
-- The step of its plan that a task undoes; and who added a task to a plan, and why its agent was chosen.
ALTER TABLE tasks ADD COLUMN undoes TEXT;
ALTER TABLE tasks ADD COLUMN assigned_by TEXT;
ALTER TABLE tasks ADD COLUMN assigned_because TEXT;
