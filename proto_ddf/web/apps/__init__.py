"""/apps and /apps/[slug]: the apps that were generated, and making one anew."""
