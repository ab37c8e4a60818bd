"""The plugin's entry, both as `pulumi-resource-dataworks` and for Pulumi's Python host."""

import sys

# No relative import: PyInstaller runs this file as a script, outside of its package.
from pulumi_resource_dataworks.plugin import main

if __name__ == "__main__":
    sys.exit(main())
