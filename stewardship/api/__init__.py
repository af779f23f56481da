"""The API of stewardship: tasks and who has them, decisions, questions to others."""
