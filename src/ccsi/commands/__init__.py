"""What stands behind the subcommands of `ccsi`."""
