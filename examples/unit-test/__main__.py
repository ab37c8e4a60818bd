"""The program that `pulumi up` runs; what it declares is in payments.py, where tests reach it."""

import payments

payments.declare()
