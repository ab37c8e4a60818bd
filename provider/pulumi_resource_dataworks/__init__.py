"""Pulumi provider for Alibaba Cloud DataWorks."""

__version__ = "0.1.0"
