#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# idrevoked.conf: what -t accepts, and what it says of everything else; the file
# that is shipped, and the manual page
# shellcheck source=tests/lib/tap.sh disable=SC2317 # functions are called by name
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"

agent=$IDREVOKE_BUILD/agent/idrevoked/idrevoked
source=$IDREVOKE_TOP/agent/idrevoked
work=$(mktemp -d)
umask 022 # what is open to everyone is so on purpose
trap 'rm -rf "$work"' EXIT

url='url = "https://localhost:1/feed";'
# The key of an example in the specification of signed notes.
key='root_key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";'

# test_of LINE...: what -t says of a file with these lines
test_of() {
	printf '%s\n' "$@" >"$work/conf"
	"$agent" -t -c "$work/conf" 2>&1
}
# accepts NAME LINE...: beside url and root_key
accepts() {
	local name=$1 said status=0
	shift
	said=$(test_of "$url" "$key" "$@") || status=$?
	is "$status: $said" '0: ' "accepted: $name"
}
# refuses NAME TEXT LINE...: and says so, with file and line: these begin at line 3
refuses() {
	local name=$1 text=$2 said status=0
	shift 2
	said=$(test_of "$url" "$key" "$@") || status=$?
	is "$status: $said" "1: idrevoked: $work/conf:$text" "refused: $name"
}
# refuses_url NAME TEXT VALUE
refuses_url() {
	local said status=0
	said=$(test_of "$key" "url = $3;") || status=$?
	is "$status: $said" "1: idrevoked: $work/conf:2: $2" "refused: $1"
}
accepts_url() {
	exits 0 "accepted: $1" test_of "$key" "url = $2;"
}

# --- addresses

accepts_url 'an address' '"https://feed.example"'
accepts_url 'with port and path' '"https://feed.example:8443/a/b/"'
accepts_url 'of IPv6' '"https://[::1]:8443"'
accepts_url 'of a file' '"file:///media/feed"'
accepts_url 'a list' '("https://a.example", "https://b.example/", "file:///media/feed")'
accepts_url 'an array' '["https://a.example", "https://b.example/"]'
scheme='url must begin with https:// or file:///'
refuses_url 'http' "$scheme" '"http://feed.example/"'
refuses_url 'ftp, second of a list' "$scheme" '("https://a.example", "ftp://b.example")'
refuses_url 'a file of another host' "$scheme" '"file://host/feed"'
refuses_url 'a relative path' "$scheme" '"feed"'
refuses_url 'nothing' "$scheme" '""'
refuses_url 'no host' 'url is no URL' '"https://"'
refuses_url 'a blank' 'url is no URL' '"https://feed.example/a b"'
refuses_url 'a password' 'url must not hold a user or a password: use a client certificate' \
	'"https://user:secret@feed.example/"'
refuses_url 'a query' 'url must not hold a ? or a #' '"https://feed.example/?a=b"'
refuses_url 'a fragment' 'url must not hold a ? or a #' '"https://feed.example/#a"'
refuses_url 'a number' 'url must be a text in quotes, or a list of them' 7
refuses_url 'a number in a list' 'url must be a text in quotes, or a list of them' '("https://a.example", 7)'
refuses_url 'an empty list' 'url must name a mirror at least' '()'
refuses_url 'nine mirrors' 'url must not name more than 8 mirrors' \
	"($(printf '"https://%d.example", ' 1 2 3 4 5 6 7 8) \"https://9.example\")"
refuses_url 'a very long one' 'url is too long' "\"https://$(printf '%01100d' 0)/\""

# --- certificates and keys

# certificate NAME [OPTION...]: NAME.pem and NAME.key
certificate() {
	local name=$1
	shift
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
		"$@" -keyout "$work/$name.key" -out "$work/$name.pem" 2>/dev/null ||
		bail_out 'openssl makes no certificate'
}
certificate ours -days 2
certificate other -days 2
install -m 600 /dev/null "$work/both.pem"
cat "$work/ours.pem" "$work/ours.key" >"$work/both.pem"
install -m 644 "$work/ours.key" "$work/open.key"
openssl ec -in "$work/ours.key" -aes256 -passout pass:x -out "$work/encrypted.key" 2>/dev/null
chmod 600 "$work/encrypted.key"
echo text >"$work/text"
chmod 600 "$work/text"

ours="certificate = \"$work/ours.pem\";"
accepts 'a CA file' "ca = \"$work/ours.pem\";"
accepts 'certificate and key' "$ours" "key = \"$work/ours.key\";"
accepts 'both in one file' "certificate = \"$work/both.pem\";"
refuses 'a CA file that is not there' "3: ca: cannot read $work/no: No such file or directory" \
	"ca = \"$work/no\";"
refuses 'a CA file that is none' "3: ca: $work/text holds no certificate in PEM form" \
	"ca = \"$work/text\";"
refuses 'a certificate that is not there' \
	"3: certificate: cannot read $work/no: No such file or directory" \
	"certificate = \"$work/no\";" "key = \"$work/ours.key\";"
refuses 'a certificate that is none' "3: certificate: $work/text holds no certificate in PEM form" \
	"certificate = \"$work/text\";" "key = \"$work/ours.key\";"
refuses 'a key that is not there' "4: key: cannot read $work/no: No such file or directory" \
	"$ours" "key = \"$work/no\";"
refuses 'a key that is none' "4: key: $work/text holds no private key in PEM form, or an encrypted one" \
	"$ours" "key = \"$work/text\";"
refuses 'an encrypted key' \
	"4: key: $work/encrypted.key holds no private key in PEM form, or an encrypted one" \
	"$ours" "key = \"$work/encrypted.key\";"
refuses 'a key that others can read' "4: key: $work/open.key is open to everyone: chmod o= $work/open.key" \
	"$ours" "key = \"$work/open.key\";"
refuses 'the key of another certificate' \
	"4: key: $work/other.key is not the key of the certificate in $work/ours.pem" \
	"$ours" "key = \"$work/other.key\";"
refuses 'a key without certificate' '3: key is of no use without the setting certificate' \
	"key = \"$work/ours.key\";"
chmod 600 "$work/ours.pem"
refuses 'a certificate without key' \
	"3: there is no setting key, and certificate: $work/ours.pem holds no private key in PEM form, or an encrypted one" \
	"$ours"
# Of 1999: no clock of a test is that slow.
expired() {
	openssl req -new -key "$work/ours.key" -subj /CN=expired -out "$work/request" &&
		openssl x509 -req -in "$work/request" -signkey "$work/ours.key" -days -1 \
			-out "$work/expired.pem"
}
ok 'an expired certificate is made' expired
exits 0 'accepted: an expired certificate, which may be replaced in time' \
	test_of "$url" "$key" "certificate = \"$work/expired.pem\";" "key = \"$work/ours.key\";"
is "$("$agent" -t -c "$work/conf" 2>&1)" \
	"idrevoked: $work/conf:3: certificate: $work/expired.pem has expired" 'with a warning'

# --- proxies

accepts 'a proxy' 'proxy = "http://proxy.example:3128";'
accepts 'one by https' 'proxy = "https://proxy.example:3128";'
accepts 'one by SOCKS' 'proxy = "socks5h://proxy.example:1080";'
accepts 'none whatever the environment says' 'proxy = "";'
refuses 'a proxy without port' '3: proxy must name a port' 'proxy = "http://proxy.example";'
refuses 'a proxy without scheme' \
	'3: proxy must begin with http://, https://, socks5:// or socks5h://' 'proxy = "proxy.example:3128";'
refuses 'a proxy that is no address' '3: proxy is no URL' 'proxy = "http://:3128";'
refuses 'a password for everyone' '3: proxy holds a password, and this file is open to everyone' \
	'proxy = "http://user:secret@proxy.example:3128";'
chmod 640 "$work/conf"
exits 0 'accepted: a password for some' "$agent" -t -c "$work/conf"

# --- numbers and names

# range NAME LEAST MOST
range() {
	accepts "$1 as small as may be" "$1 = $2;"
	accepts "$1 as large as may be" "$1 = $3;"
	refuses "$1 too small" "3: $1 must be a number from $2 to $3" "$1 = $(($2 - 1));"
	refuses "$1 too large" "3: $1 must be a number from $2 to $3" "$1 = $(($3 + 1));"
	refuses "$1 that is no number" "3: $1 must be a number from $2 to $3" "$1 = \"$2\";"
}
range wait 1 3600
range poll 1 86400
range connect_timeout 1 300
range stall_timeout 1 3600
range transfer_timeout 1 604800
refuses 'an empty text' '3: state must be a text in quotes' 'state = "";'
refuses 'a typing error' '3: there is no setting stat; is it state?' 'stat = "/x";'
refuses 'another' '3: there is no setting conect_time_out; is it connect_timeout?' 'conect_time_out = 1;'
refuses 'a name that is near to nothing' '3: there is no setting nonsense' 'nonsense = 1;'
refuses 'a long name' "3: there is no setting $(printf '%040d' 0 | tr 0 a)" "$(printf '%040d' 0 | tr 0 a) = 1;"
refuses 'a setting that comes twice' '4: duplicate setting name' 'poll = 1;' 'poll = 2;'
test_of 'url = "http://x/";' 'root_key = "x";' 'wait = 0;' 'pol = 1;' >"$work/said"
is "$(cut -d : -f 3 "$work/said" | sort | tr -d '\n')" '1234' 'all that is wrong is said at once'
is "$(test_of 'wait = 1;')" "idrevoked: $work/conf: the setting url is missing
idrevoked: $work/conf: the setting root_key is missing" 'what is missing as well'

# --- the file that is shipped, and the manual page

mapfile -t names < <(sed -n 's/^\t{ "\([a-z_]*\)", offsetof.*/\1/p' "$source/config.c")
ok 'the settings are found in the source' test "${#names[@]}" -ge 12
# shipped: the file, with an address and a key put in
shipped() {
	sed -e "s|^url = .*|$url|" -e "s|^root_key = .*|$key|" "$source/idrevoked.conf"
}
shipped >"$work/conf"
exits 0 'the shipped file is accepted, with an address and a key' "$agent" -t -c "$work/conf"
shipped | sed -n 's/^# \([a-z_]* = [0-9]*;\)$/\1/p' >"$work/numbers"
{
	shipped
	cat "$work/numbers"
} >"$work/conf"
exits 0 'so are the defaults that it shows' "$agent" -t -c "$work/conf"
for name in "${names[@]}"; do
	ok "the shipped file shows $name" grep -qE "^(# )?$name = " "$source/idrevoked.conf"
	ok "so does the manual page" grep -qx ".It Va $name" "$source/idrevoked.conf.5"
done
# Numbers alone: of which the source has least, most and default.
while read -r name least most usual; do
	is "$(sed -n "s/^# $name = \(.*\);/\1/p" "$source/idrevoked.conf")" "$usual" \
		"the shipped file has the default of $name"
	described=$(sed -n "/^\.It Va $name\$/,/^\.It /p" "$source/idrevoked.conf.5" | tr '\n' ' ')
	like "$described" "From $least to $most; the default is ${usual}[. ]" \
		"the manual page has its range and default"
done < <(sed -n 's/^\t{ "\([a-z_]*\)", .*NUMBER, \([0-9]*\), \([0-9]*\), \([0-9]*\) .*/\1 \2 \3 \4/p' \
	"$source/config.c")
# Whether the pages that it refers to are installed is not its matter.
is "$(mandoc -T lint "$source/idrevoked.conf.5" 2>&1 | grep -v 'referenced manual not found')" '' \
	'mandoc has nothing to say of the manual page'
sed -n '/^\.Bd -literal/,/^\.Ed/p' "$source/idrevoked.conf.5" | grep -v '^\.' |
	sed -e "s|^root_key = .*|$key|" -e "s|/etc/idrevoke/client.pem|$work/ours.pem|" \
		-e "s|/etc/idrevoke/client.key|$work/ours.key|" -e "s|/etc/idrevoke/ca.pem|$work/ours.pem|" \
		>"$work/conf"
exits 0 'its example is accepted' "$agent" -t -c "$work/conf"
done_testing
