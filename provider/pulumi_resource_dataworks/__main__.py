"""The plugin's entry, both as `pulumi-resource-dataworks` and for Pulumi's Python host."""

import sys

from .plugin import main

if __name__ == "__main__":
    sys.exit(main())
