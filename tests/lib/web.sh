# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nginx from Debian as the web server of a feed; to be sourced after processes.sh.

: "${work:?processes.sh comes first}"

# certificate NAME [OPTION...]: NAME.pem and NAME.key, signed by itself
certificate() {
	local name=$1
	shift
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj "/CN=$name" "$@" -keyout "$work/$name.key" -out "$work/$name.pem" 2>/dev/null ||
		bail_out 'openssl makes no certificate'
}

# web NAME DIRECTORY [DIRECTIVE...]: serves a directory by HTTPS at ${web[NAME]}, which
# ends with a slash; with the certificate server.pem. The process is called web_NAME.
# A line a request is written to NAME.access: time, status, path, "If-None-Match",
# "If-Modified-Since".
declare -A web=()
web() {
	local name=$1 port
	port=$(free_port)
	web[$name]=https://127.0.0.1:$port/
	web_again "$@"
}

# web_again NAME DIRECTORY [DIRECTIVE...]: the same at the address that it had
web_again() {
	local name=$1 root=$2 address=${web[$1]#https://}
	shift 2
	mkdir -p "$work/$name.temporary"
	cat >"$work/$name.nginx" <<-EOF
		daemon off;
		master_process off;
		pid $work/$name.pid;
		error_log stderr warn;
		events {}
		http {
			log_format questions '\$msec \$status \$uri "\$http_if_none_match" "\$http_if_modified_since"';
			access_log $work/$name.access questions;
			client_body_temp_path $work/$name.temporary;
			proxy_temp_path $work/$name.temporary;
			fastcgi_temp_path $work/$name.temporary;
			scgi_temp_path $work/$name.temporary;
			uwsgi_temp_path $work/$name.temporary;
			server {
				listen ${address%/} ssl;
				ssl_certificate $work/server.pem;
				ssl_certificate_key $work/server.key;
				root $root;
				$(printf '%s\n' "$@")
			}
		}
	EOF
	start "web_$name" /usr/sbin/nginx -c "$work/$name.nginx" -e stderr
	comes_true serves "${web[$name]}" ||
		bail_out "nginx does not start: $(cat "$work/web_$name.log")"
}

# serves URL: something answers there, whatever it says
serves() {
	local address=${1#https://}
	address=${address%/}
	(: <>"/dev/tcp/${address%:*}/${address##*:}") 2>/dev/null
}

# requests NAME PATTERN: how many lines of its log are so
requests() {
	grep -cE -- "$2" "$work/$1.access"
}
requested() {
	grep -qE -- "$2" "$work/$1.access"
}
