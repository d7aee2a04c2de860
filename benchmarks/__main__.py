"""`python -m benchmarks` runs every benchmark."""

from benchmarks import hosting

if __name__ == "__main__":
    hosting.main()
