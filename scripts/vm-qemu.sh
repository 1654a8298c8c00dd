# shellcheck shell=bash disable=SC2154 # variables of scripts/vm
# SPDX-License-Identifier: GPL-2.0-or-later
#
# To be sourced by scripts/vm: the machine that qemu emulates, or by which it has
# the processor run the kernel.

accelerator=tcg
[ -n "$counting" ] || accelerator=$("$here/acceleration" "$("$here/kernel" debian)")

# On a busy host, the kernel's test of its timer fails when the timer is only late.
append="no_timer_check $append"

# Emulation runs "rep movsb" byte by byte, which a processor that says it is fast
# does not: the kernel is told that it is not, and copies by words.
emulated_cpu=max,-erms,-fsrm

# Emulation translates code once for every address at which it finds it: programs
# that always lie at the same addresses start three times as fast.
#
# It also keeps, now and then, what it translated while another processor was
# rewriting that code, so that kernels die of a breakpoint which is long gone. Linux
# 6.12 rewrites its scheduler's clock as soon as it trusts the TSC: it shall not.
[ "$accelerator" = kvm ] || append="norandmaps tsc=unstable $append"
[ -z "$counting" ] || cpus=1 append="nokaslr $append"

# shellcheck disable=SC2054 # commas are part of the arguments
qemu=(
	qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot
	-smp "$cpus" -m "$memory"
	-kernel "$kernel/boot" -initrd "$work/initramfs"
	-append "console=ttyS0 quiet panic=-1 oops=panic $append"
	-chardev "file,id=console,path=$console" -serial chardev:console
	-device virtio-serial-pci,max_ports=4
	-fsdev "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap"
	-device virtio-9p-pci,fsdev=root,mount_tag=hostroot
)
# KASAN's kernel does not boot on the older machine that is qemu's default.
[ "$flavour" != kasan ] || qemu+=(-machine q35)
# Time is what was executed, and nothing of it comes from the host. Instructions that
# repeat themselves would count once a byte, and hardware's random numbers vary.
# shellcheck disable=SC2054
counting_machine=(
	-accel "tcg,thread=single" -icount "shift=0,sleep=off" -seed 1
	-cpu "max,-rdrand,-rdseed,-erms,-fsrm" -rtc "base=2026-01-01,clock=vm"
)
if [ -n "$counting" ]; then
	qemu+=("${counting_machine[@]}")
elif [ "$accelerator" = kvm ]; then
	qemu+=(-accel kvm -cpu host)
else
	qemu+=(-accel "tcg,thread=multi" -cpu "$emulated_cpu")
fi
# shellcheck disable=SC2054
[ -z "$shared" ] || qemu+=(
	-fsdev "local,id=shared,path=$shared,security_model=none,multidevs=remap"
	-device virtio-9p-pci,fsdev=shared,mount_tag=shared
)
# What the machine writes leaves qemu at once, but nothing leaves its own page cache
# before it decides so.
# shellcheck disable=SC2054
[ -z "$disk" ] || qemu+=(
	-drive "file=$(readlink -f "$disk"),if=none,id=disk,format=raw,cache=writeback"
	-device virtio-blk-pci,drive=disk
)

# A shell on this terminal. Keys such as ^C are for the machine, not for qemu.
machine_shell() {
	"${qemu[@]}" -chardev stdio,id=terminal,signal=off \
		-device virtconsole,nr=0,chardev=terminal \
		-chardev "file,id=state,path=$work/state" \
		-device virtserialport,nr=3,chardev=state
}

# machine_exec OUT ERR STATE: becomes the machine; the arguments are descriptors.
# qemu would cut files short, so they are pipes.
machine_exec() {
	exec "${qemu[@]}" \
		-add-fd "fd=$1,set=1" -chardev file,id=out,path=/dev/fdset/1,append=on \
		-device virtserialport,nr=1,chardev=out \
		-add-fd "fd=$2,set=2" -chardev file,id=err,path=/dev/fdset/2,append=on \
		-device virtserialport,nr=2,chardev=err \
		-add-fd "fd=$3,set=3" -chardev file,id=state,path=/dev/fdset/3,append=on \
		-device virtserialport,nr=3,chardev=state
}
