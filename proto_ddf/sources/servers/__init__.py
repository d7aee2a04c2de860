"""Database servers as sources: PostgreSQL, MySQL and MariaDB."""
