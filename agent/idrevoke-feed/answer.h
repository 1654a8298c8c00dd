/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers of the HTTPS server: files that never change, and errors. */
#ifndef IDREVOKE_FEED_ANSWER_H
#define IDREVOKE_FEED_ANSWER_H

#include <microhttpd.h>
#include <stdbool.h>

/**
 * answer() - send a response
 * @connection: to whom
 * @status: of HTTP
 * @response: the response, given back here; NULL: no memory
 */
enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
		       struct MHD_Response *response);

/**
 * answer_error() - send what people can read
 * @connection: to whom
 * @status: of HTTP
 * @text: a line, which outlives the connection
 */
enum MHD_Result answer_error(struct MHD_Connection *connection, unsigned int status,
			     const char *text);

/**
 * answer_has() - whether a client has what it asks for (If-None-Match)
 * @connection: the client
 * @etag: of what it asks for, with its quotes
 */
bool answer_has(struct MHD_Connection *connection, const char *etag);

/**
 * answer_file() - send a file of the feed that never changes, or the part asked for
 * @connection: to whom
 * @feed: descriptor of the feed's directory
 * @path: in the feed, from the request: anything
 */
enum MHD_Result answer_file(struct MHD_Connection *connection, int feed, const char *path);

#endif /* IDREVOKE_FEED_ANSWER_H */
