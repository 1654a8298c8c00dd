#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make install, and the library as others find it: pkg-config, C and C++, shared
# and static, what it exports, what its manual pages cover
# shellcheck source=tests/lib/tap.sh disable=SC2317 # functions are called by name
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dest=$work/dest
usr=$dest/opt/idrevoke
map=$IDREVOKE_TOP/agent/lib/libidrevoke.map
header=$usr/include/idrevoke/idrevoke.h
library=$usr/lib/libidrevoke.so.1.0.0

installs() {
	make -C "$IDREVOKE_TOP" DESTDIR="$dest" PREFIX=/opt/idrevoke "$@"
}
# there MODE FILE: it was installed with this mode
there() {
	is "$(stat -c %a "$dest/$2" 2>&1)" "$1" "$2"
}

# --- files

umask 022
ok "make install" installs install
cd "$IDREVOKE_TOP" || bail_out "no sources"
there 755 opt/idrevoke/sbin/idrevoked
there 755 opt/idrevoke/bin/idrevokectl
there 755 opt/idrevoke/bin/idrevoke-feed
there 755 opt/idrevoke/lib/libidrevoke.so.1.0.0
there 644 opt/idrevoke/lib/libidrevoke.a
there 644 opt/idrevoke/lib/pkgconfig/libidrevoke.pc
there 644 opt/idrevoke/include/idrevoke/idrevoke.h
there 644 opt/idrevoke/include/idrevoke/linux/idrevoke.h
there 644 opt/idrevoke/include/idrevoke/linux/idrevoke_netlink.h
there 644 etc/idrevoke/idrevoked.conf
ok "idrevokectl runs from there" "$usr/bin/idrevokectl" --help

shopt -s nullglob
for file in {agent/*,include,kmod}/*.[1-8]; do
	there 644 "opt/idrevoke/share/man/man${file##*.}/${file##*/}"
done
for file in agent/*/*.bash-completion; do
	there 644 "opt/idrevoke/share/bash-completion/completions/$(basename "$file" .bash-completion)"
done
for file in agent/*/*.{service,rules,sysusers,modules-load}; do
	name=$(basename "${file%.*}")
	case $file in
	*.service) target=systemd/system/$name.service ;;
	*.rules) target=udev/rules.d/60-$name.rules ;;
	*) target=${file##*.}.d/$name.conf ;;
	esac
	there 644 "opt/idrevoke/lib/$target"
	# shellcheck disable=SC2312 # the status is that of the test
	is "$(grep -c '^Exec.*[ =]/usr/s\?bin/idrevoke' "$usr/lib/$target")" 0 "... names what was installed"
done

echo '# ours' >"$dest/etc/idrevoke/idrevoked.conf"
ok "make install, again" installs install
is "$(cat "$dest/etc/idrevoke/idrevoked.conf")" '# ours' "a configuration is left as it is"
exits 1 "a prefix that is no absolute path" env PREFIX=usr DESTDIR="$work/no" scripts/install
exits 2 "an unknown option" scripts/install --nonsense

# --- pkg-config

export PKG_CONFIG_PATH=$usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$dest
pkg() {
	pkg-config "$@" libidrevoke
}
is "$(pkg --modversion)" "$(sed -n 's/^MODULE_VERSION("\(.*\)");/\1/p' kmod/main.c)" \
	"pkg-config: the module's version"
is "$(PKG_CONFIG_SYSROOT_DIR='' pkg --variable=prefix)" /opt/idrevoke "pkg-config: the prefix"
is "$(pkg --cflags --libs | xargs)" "-I$usr/include/idrevoke -L$usr/lib -lidrevoke" "pkg-config: the flags"
ok "a library elsewhere" env DESTDIR="$work/multi" PREFIX=/usr LIBDIR=/usr/lib/x86_64-linux-gnu \
	scripts/install
# shellcheck disable=SC2016 # pkg-config's variable
is "$(grep ^libdir= "$work/multi/usr/lib/x86_64-linux-gnu/pkgconfig/libidrevoke.pc")" \
	'libdir=${prefix}/lib/x86_64-linux-gnu' "pkg-config: a library elsewhere"

# --- a client that calls everything, in C and in C++

cat >"$work/client.c" <<'EOF'
#include <idrevoke.h>
#include <linux/idrevoke_netlink.h>

static int ask(struct idrevoke_device *device, struct idrevoke_check *check)
{
	struct idrevoke_info info;
	int error = idrevoke_device_check(device, check);

	if (idrevoke_device_check_batch(device, check, 1) != error)
		return 1;
	if (idrevoke_device_info(device, &info) != error)
		return 2;
	if (idrevoke_device_wait(device, &info, 0) != error)
		return 3;
	return idrevoke_device_release(device);
}

static const char *names(const struct idrevoke_outcome *outcome)
{
	if (*idrevoke_verdict_name(IDREVOKE_CLEAR) != 'C' ||
	    *idrevoke_why_name(IDREVOKE_WHY_STALE) != 'S' ||
	    *idrevoke_reason_name(IDREVOKE_REASON_LOST) != 'l' ||
	    *idrevoke_state_name(IDREVOKE_STATE_LATE) != 'L' ||
	    *idrevoke_decision_name(outcome->decision) != 'R' || !*idrevoke_ground_text(0))
		return "";
	return idrevoke_ground_name(outcome->ground);
}

int main(void)
{
	static struct idrevoke_check check;
	static struct idrevoke_policy policy;
	struct idrevoke_outcome outcome;
	struct idrevoke_device *device;
	int error;

	if (idrevoke_device_open(&device, "/nonexistent") == 0)
		return 10;
	if (idrevoke_device_open_later(&device, "/nonexistent") != 0)
		return 11;
	error = ask(device, &check);
	idrevoke_device_close(device);
	if (error)
		return error;
	if (idrevoke_may_accept(&check, IDREVOKE_LONG_TERM, idrevoke_today(), &policy, &outcome))
		return 12;
	return *names(&outcome) != 'U';
}
EOF
warnings='-Wall -Wextra -Wpedantic -Werror'
# build NAME FLAGS... -- PKG-CONFIG-FLAGS...: compiles the client; runs it
build() {
	local name=$1 flags=()
	shift
	while [ "$1" != -- ]; do
		flags+=("$1")
		shift
	done
	shift
	# shellcheck disable=SC2046,SC2086,SC2312 # lists of words
	ok "$name" "${flags[@]}" $warnings -o "$work/client" "$work/client.c" -x none \
		$(pkg "$@" --cflags --libs)
	ok "... runs" env LD_LIBRARY_PATH="${library%/*}" "$work/client"
}
build "C11, shared" gcc -std=c11 --
is "$(readelf -d "$work/client" | grep -c 'NEEDED.*\[libidrevoke\.so\.1\]')" 1 "... by the ABI's name"
build "C11, static" gcc -std=c11 -static -- --static
build "C++17, shared" g++ -std=c++17 -x c++ --
build "C++17, static" g++ -std=c++17 -static -x c++ -- --static
sed 's/main(void)/main(void) noexcept/' "$work/client.c" >"$work/client.cc"
# shellcheck disable=SC2046,SC2312 # a list of words
exits 1 "... which is C++ indeed" gcc -std=c11 -fsyntax-only -x c "$work/client.cc" $(pkg --cflags)

# The header's example, which without the module must not welcome anybody.
tests/lib/example "$header" >"$work/example.c"
# shellcheck disable=SC2046,SC2086,SC2312 # lists of words
ok "the header's example compiles" gcc -std=c11 $warnings -o "$work/example" "$work/example.c" \
	$(pkg --cflags --libs)
example() {
	LD_LIBRARY_PATH=${library%/*} "$work/example" 2>/dev/null
}
if [ ! -e /dev/idrevoke ]; then
	exits 1 "... and fails closed" example
	is "$(example)" 'REFER, UNANSWERED: There was no answer: ask again later.' "... and says so"
fi

# --- what is exported: the map is the contract

sed -n 's/^	\(idrevoke_[a-z_]*\);$/\1/p' "$map" | sort >"$work/map"
nm -D --defined-only "$library" | sed -n 's/.* T \(.*\)@@IDREVOKE_1$/\1/p' | sort >"$work/exported"
is "$(cat "$work/exported")" "$(cat "$work/map")" "the shared library exports the map's symbols"
is "$(nm -D --defined-only "$library" | grep -vc ' T .*@@IDREVOKE_1$')" 1 "... and nothing else"
gcc -fsyntax-only -aux-info "$work/prototypes" -I"$usr/include/idrevoke" -x c "$header"
sed -n 's/.*[ *]\(idrevoke_[a-z_]*\) (.*/\1/p' "$work/prototypes" | sort >"$work/declared"
is "$(cat "$work/declared")" "$(cat "$work/map")" "... and the header declares them"
is "$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')" libidrevoke.so.1 "its name"
is "$(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')" libc.so.6 "it needs the C library alone"
is "$(nm -g --defined-only "$usr/lib/libidrevoke.a" | awk 'NF == 3 && $3 !~ /^idrevoke_/')" '' \
	"the static library has no other names"
is "$(ar t "$usr/lib/libidrevoke.a" | sort | xargs)" 'accept.o date.o device.o' "... and what it needs alone"

# --- documents

undocumented=
while read -r name; do
	grep -q "^ \* $name() - " "$header" || undocumented+=" $name"
	grep -Eq "^\.Fn $name (\"|void)" agent/lib/libidrevoke.3 || undocumented+=" $name(3)"
done <"$work/map"
is "$undocumented" '' "each function is documented in the header and in libidrevoke(3)"
for page in {agent/*,include,kmod}/*.[1-8]; do
	found=$(mandoc -T lint "$page" 2>/dev/null | grep -v 'referenced manual not found')
	is "$found" '' "mandoc has nothing to say about $page"
done
decisions='\(accept\|refer\|refuse\)'
sed -n "s/^ \*	\([A-Z_]*\)	.*	$decisions	*$decisions\$/\1 \2 \3/p" "$header" >"$work/lines"
sed -n "s/^\.It \([A-Z_]*\) Ta .* Ta $decisions Ta $decisions\$/\1 \2 \3/p" \
	agent/lib/libidrevoke.3 >"$work/rows"
is "$(cat "$work/rows")" "$(cat "$work/lines")" "libidrevoke(3) has the header's table"
is "$(wc -l <"$work/lines")" 18 "... all of it"

# A reference to a page of ours names the section that it is in.
wrong=
while read -r name section; do
	[ -z "$(find agent include kmod -name "$name.[1-8]" ! -name "$name.$section")" ] ||
		wrong+=" $name($section)"
done < <(sed -n 's/^\.Xr \([a-z.-]*\) \([1-8]\).*/\1 \2/p' {agent/*,include,kmod}/*.[1-8] | sort -u)
is "$wrong" '' "manual pages refer to each other by the right sections"

tests/lib/example "$header" | sed 's/\\n/\\en/g' >"$work/text"
sed -n '/^\.Bd -literal$/,/^\.Ed$/p' agent/lib/libidrevoke.3 | sed '/^\.[BE]d/d' >"$work/page"
is "$(cat "$work/page")" "$(sed 1d "$work/text")" "libidrevoke(3) has the header's example"

ok "make uninstall" installs uninstall
is "$(find "$dest" -type f -o -type l)" "$dest/etc/idrevoke/idrevoked.conf" "... leaves the configuration alone"
done_testing
