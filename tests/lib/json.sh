# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# JSON for tests in bash, read by perl's own module; to be sourced.

# json_get PATH: of each line of standard input, which must be JSON, the value at
# PATH (names and indices, with dots between); true, false and null as such
json_get() {
	perl -MJSON::PP -e '
		my @path = split /\./, shift;
		while (my $line = <STDIN>) {
			my $value = JSON::PP->new->decode($line);
			for my $step (@path) {
				my $have = ref $value eq "ARRAY" ? exists $value->[$step] :
					   exists $value->{$step};
				$have or die "there is no $step in $line";
				$value = ref $value eq "ARRAY" ? $value->[$step] : $value->{$step};
			}
			$value = $value ? "true" : "false" if JSON::PP::is_bool($value);
			print defined $value ? $value : "null", "\n";
		}' "$1"
}

# json_types [PATH]: of each line of standard input, which must be JSON, the names
# and the types of the values of the object at PATH, in the order of the names
json_types() {
	perl -MJSON::PP -MB -e '
		sub type {
			my ($value) = @_;
			return "null" unless defined $value;
			return "boolean" if JSON::PP::is_bool($value);
			return ref $value eq "ARRAY" ? "array" : "object" if ref $value;
			return B::svref_2object(\$value)->FLAGS & B::SVp_POK ? "string" : "number";
		}
		my @path = split /\./, shift // "";
		while (my $line = <STDIN>) {
			my $value = JSON::PP->new->decode($line);
			$value = ref $value eq "ARRAY" ? $value->[$_] : $value->{$_} for @path;
			print join(" ", map { "$_:" . type($value->{$_}) } sort keys %$value), "\n";
		}' "${1-}"
}
