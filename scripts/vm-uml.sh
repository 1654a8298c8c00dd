# shellcheck shell=bash disable=SC2034,SC2154 # variables of scripts/vm
# SPDX-License-Identifier: GPL-2.0-or-later
#
# To be sourced by scripts/vm: user-mode Linux, a kernel that is a program. It has
# one processor, reaches the host's files by hostfs and us by serial lines.

accelerator=uml
[ -z "$counting" ] || usage_error "--count-instructions is for qemu's machines"
[ -z "$disk" ] || usage_error "--disk is for qemu's machines"

# machine_exec OUT ERR STATE: becomes the machine; the arguments are descriptors.
# The kernel's messages come over the first console, and what the program itself
# has to say over its output.
machine_exec() {
	exec "$kernel/boot" "mem=$memory" "initrd=$work/initramfs" \
		"con=null" "con0=null,fd:3" "ssl=null" \
		"ssl1=null,fd:$1" "ssl2=null,fd:$2" "ssl3=null,fd:$3" \
		console=tty0 quiet panic=-1 oops=panic "$append" 3>>"$console" >&2
}

machine_shell() {
	usage_error "shell is for qemu's machines"
}
