"""/apps and /apps/[slug]: the generated apps, and regenerating one."""
