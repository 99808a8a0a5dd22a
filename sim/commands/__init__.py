"""The verbs of the command `sim`, one file each: `options(parser)` and `execute(arguments) -> exit status`."""
