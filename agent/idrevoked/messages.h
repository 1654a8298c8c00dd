/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MESSAGE_IDs: what the agent says under one of these keeps its meaning, whatever
 * its words, so that an administrator can match it. idrevoked(8) lists them;
 * a new one comes from "journalctl --new-id128".
 */
#ifndef IDREVOKED_MESSAGES_H
#define IDREVOKED_MESSAGES_H

/* The list in the kernel. */
#define MESSAGE_LIST_IN_FORCE "f5cc26f5fd62493ba7c7ae516f624259"
#define MESSAGE_LIST_LATE "03ad2a5ca45348dbad61e4df1e19b928"
#define MESSAGE_LIST_STALE "a6f673218bb841d0848b113ae48cdc00"
#define MESSAGE_LIST_CURRENT "692cab6b9e724619ba0e49cca5b0edd6"
#define MESSAGE_LIST_GONE "b1b04356fcbb49baa5e31495609f0b87"
#define MESSAGE_LIST_REFUSED "c607e2ce94df4236a0313355dd3198ee"

/* The kernel module. */
#define MESSAGE_MODULE_ABSENT "527ec8edd93d4f289d32ec1fe4a09c65"
#define MESSAGE_MODULE_LOADED "0fb84b3998c94d11ad982f8c6d47e75c"
#define MESSAGE_MODULE_UNLOADED "16577cdeb6e64d04ae90047d0dda5191"

/* The issuer's feed. */
#define MESSAGE_FEED_FAILED "84ca7b4c3d6840e88ecaba89fc10cabb"
#define MESSAGE_FEED_WORKS "9fcd6e3e442e44718be7af50c49fa836"
#define MESSAGE_FEED_REFUSED "83e8e94c27ad4a1e80aeb0b771b7eccc"

/* The state directory. */
#define MESSAGE_STATE_FAILED "2b2a6261f4984a668f80f837d0baa2dd"
#define MESSAGE_STATE_WORKS "caade70ced724e4fbbc900c71b780c7e"
#define MESSAGE_STATE_REFUSED "ebf0b8d1772d4565a3283571e86baca5"

/* The service itself. */
#define MESSAGE_CONFIGURATION_READ "c11eb2e0155b4b18889e76f00be656ae"
#define MESSAGE_CONFIGURATION_REFUSED "f3431b90b5744f278e32c4d732c57289"
#define MESSAGE_METRICS_FAILED "e83c4accd8484f04a26005f887420cf6"
#define MESSAGE_METRICS_WORK "8cdf3f5f44284b2ea2ddf2e98e989655"

#endif /* IDREVOKED_MESSAGES_H */
