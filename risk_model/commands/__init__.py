"""The commands, one file a theme. Nothing heavy is imported until one of them runs."""
