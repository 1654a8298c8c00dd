// SPDX-License-Identifier: GPL-2.0-or-later
#include <curl/curl.h>
#include <stddef.h>
#include <string.h>

#include "address.h"

/* Whether the part is there; a part that is empty is not. */
static bool has(CURLU *address, CURLUPart part)
{
	char *text = NULL;
	bool found = !curl_url_get(address, part, &text, 0) && text[0];

	curl_free(text);
	return found;
}

static CURLU *parse(const char *url)
{
	CURLU *address = curl_url();

	/* curl knows the schemes of proxies elsewhere. */
	if (!address || curl_url_set(address, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME)) {
		curl_url_cleanup(address);
		return NULL;
	}
	return address;
}

static bool begins_with_one_of(const char *url, const char *const *schemes)
{
	for (; *schemes; schemes++)
		if (!strncmp(url, *schemes, strlen(*schemes)))
			return true;
	return false;
}

const char *address_fault(const char *url)
{
	static const char *const schemes[] = { "https://", "file:///", NULL };
	const char *fault = NULL;
	CURLU *address;

	if (!begins_with_one_of(url, schemes))
		return "must begin with https:// or file:///";
	address = parse(url);
	if (!address)
		return "is no URL";
	if (has(address, CURLUPART_USER) || has(address, CURLUPART_PASSWORD))
		fault = "must not hold a user or a password: use a client certificate";
	else if (has(address, CURLUPART_QUERY) || has(address, CURLUPART_FRAGMENT))
		fault = "must not hold a ? or a #";
	curl_url_cleanup(address);
	return fault;
}

const char *address_proxy_fault(const char *url)
{
	static const char *const schemes[] = { "http://", "https://", "socks5://", "socks5h://",
					       NULL };
	const char *fault = NULL;
	CURLU *address;

	if (!begins_with_one_of(url, schemes))
		return "must begin with http://, https://, socks5:// or socks5h://";
	address = parse(url);
	if (!address)
		return "is no URL";
	if (!has(address, CURLUPART_PORT))
		fault = "must name a port";
	curl_url_cleanup(address);
	return fault;
}

bool address_has_password(const char *url)
{
	CURLU *address = parse(url);
	bool found = address && has(address, CURLUPART_PASSWORD);

	curl_url_cleanup(address);
	return found;
}
