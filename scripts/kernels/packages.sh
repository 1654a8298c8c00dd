# shellcheck shell=bash disable=SC2154 # variables of cache.sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# To be sourced by the scripts beside it, after cache.sh: Debian's packages,
# downloaded and unpacked in the cache. Nothing is installed into the system.

# As root, apt-get would fetch as user _apt, who has no access to the cache; it
# checks the signed hash of what it fetched in either case.
apt_options=(-o Dpkg::Use-Pty=0 -o APT::Sandbox::User=root)
[ -t 2 ] || apt_options+=(-q)

# download DIRECTORY PACKAGE[=VERSION]...: with what is in apt_options
download() {
	mkdir -p "$1"
	(cd "$1" && shift && apt-get "${apt_options[@]}" download "$@" >&2)
}

# private_lists DIRECTORY: package lists of one's own, for which nobody needs to
# be root
private_lists() {
	mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
	apt_options+=(-o "Dir::State::Lists=$1/lists" -o "Dir::Cache=$1/cache")
}

# install_image RELEASE: a kernel image that was unpacked in $new/package
install_image() {
	"$scripts/extract-vmlinux" "$new/package/boot/vmlinuz-$1" "$new/vmlinux"
	if [ -d "$new/package/usr/lib/modules" ]; then
		mv "$new/package/usr/lib" "$new/lib"
	else
		mv "$new/package/lib" "$new/lib"
	fi
	/sbin/depmod -b "$new" "$1"
	ln -s vmlinux "$new/boot"
}
