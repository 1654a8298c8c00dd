// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "firewall.h"
#include "listing.h"

#define ADDRESS_BYTES	6
#define MESSAGE_BYTES	4096

static void address_of(uint64_t number, uint8_t address[ADDRESS_BYTES])
{
	int i;

	for (i = 0; i < ADDRESS_BYTES; i++)
		address[i] = number >> (8 * (ADDRESS_BYTES - 1 - i));
}

void firewall_print(FILE *file, uint64_t number)
{
	uint8_t a[ADDRESS_BYTES];

	address_of(number, a);
	fprintf(file, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5]);
}

static struct nlmsghdr *message(uint8_t *buffer, uint16_t subsystem, uint16_t type, uint8_t family)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *generic;

	header->nlmsg_type = subsystem << 8 | type;
	header->nlmsg_flags = NLM_F_REQUEST;
	generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));
	generic->nfgen_family = family;
	generic->version = NFNETLINK_V0;
	return header;
}

/*
 * Sends a message and reads the one that comes back. Return: the error in it, 0 if it
 * is an acknowledgement or an answer.
 */
static int ask(const struct nlmsghdr *header)
{
	static struct mnl_socket *socket;
	uint8_t answer[MESSAGE_BYTES];
	const struct nlmsghdr *reply = (const struct nlmsghdr *)answer;
	const struct nlmsgerr *error;
	ssize_t size;

	if (!socket) {
		socket = mnl_socket_open(NETLINK_NETFILTER);
		if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID))
			failed("netlink socket: %s", strerror(errno));
	}
	if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
		failed("netlink: %s", strerror(errno));
	size = mnl_socket_recvfrom(socket, answer, sizeof(answer));
	if (size < 0 || !mnl_nlmsg_ok(reply, size))
		failed("netlink: %s", size < 0 ? strerror(errno) : "a wrong message");
	if (reply->nlmsg_type != NLMSG_ERROR)
		return 0;
	error = mnl_nlmsg_get_payload(reply);
	return -error->error;
}

static bool found(int error, int not_found)
{
	if (error && error != not_found)
		failed("the firewall answers with error %d", error);
	return !error;
}

bool firewall_ipset_has(uint64_t number)
{
	uint8_t buffer[MESSAGE_BYTES], address[ADDRESS_BYTES];
	struct nlmsghdr *header = message(buffer, NFNL_SUBSYS_IPSET, IPSET_CMD_TEST, NFPROTO_UNSPEC);
	struct nlattr *data;

	address_of(number, address);
	/* No answer comes but the acknowledgement. */
	header->nlmsg_flags |= NLM_F_ACK;
	mnl_attr_put_u8(header, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	mnl_attr_put_strz(header, IPSET_ATTR_SETNAME, FIREWALL_NAME);
	data = mnl_attr_nest_start(header, IPSET_ATTR_DATA);
	mnl_attr_put(header, IPSET_ATTR_ETHER, sizeof(address), address);
	mnl_attr_nest_end(header, data);
	return found(ask(header), IPSET_ERR_EXIST);
}

bool firewall_nft_has(uint64_t number)
{
	uint8_t buffer[MESSAGE_BYTES], address[ADDRESS_BYTES];
	struct nlmsghdr *header = message(buffer, NFNL_SUBSYS_NFTABLES, NFT_MSG_GETSETELEM,
					  NFPROTO_INET);
	struct nlattr *elements, *element, *key;

	address_of(number, address);
	mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_TABLE, FIREWALL_NAME);
	mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_SET, FIREWALL_NAME);
	elements = mnl_attr_nest_start(header, NFTA_SET_ELEM_LIST_ELEMENTS);
	element = mnl_attr_nest_start(header, NFTA_LIST_ELEM);
	key = mnl_attr_nest_start(header, NFTA_SET_ELEM_KEY);
	mnl_attr_put(header, NFTA_DATA_VALUE, sizeof(address), address);
	mnl_attr_nest_end(header, key);
	mnl_attr_nest_end(header, element);
	mnl_attr_nest_end(header, elements);
	return found(ask(header), ENOENT);
}
