/*
 * libcurl's multi interface on the loop: its socket and timer callbacks become libevent's events.
 * Knows curl and no HTTP; what a finished handle meant is its owner's to say.
 */
#pragma once

#include <curl/curl.h>

#include "base/macro.h"

struct event_base;
struct glue;

/* The handle is over and out of the multi handle already. */
typedef void (*glue_finished_fn)(CURL *easy, CURLcode result, void *userdata);

/*
 * Sets what holds for every handle: its protocols, no environment's proxy or .netrc, nothing that
 * makes the loop wait.  `owner` is what CURLINFO_PRIVATE gives back.
 */
CURLcode glue_set_options(CURL *easy, const char *protocols, void *owner);

/* Returns 0 or -ENOMEM. */
int glue_new(
	struct event_base *base, glue_finished_fn on_finished, void *userdata, struct glue **ret);

/* All handles were removed before. */
void glue_free(struct glue *glue);
DEFINE_CLEANUP(glue_freep, struct glue, glue_free)

/* Idle connections that are kept for the next request to their host. */
void glue_keep_connections(struct glue *glue, unsigned count);

/* Returns 0 or -ENOMEM. */
int glue_add(struct glue *glue, CURL *easy);
void glue_remove(struct glue *glue, CURL *easy);

/*
 * A connection's descriptor, opened by CURLOPT_OPENSOCKETFUNCTION for a handle that was added: it
 * stays watched while no request uses it.
 */
void glue_own_socket(struct glue *glue, curl_socket_t fd);

/*
 * Finished handles stay in the multi handle until glue_remove(): their connection is in use
 * (CURLOPT_CONNECT_ONLY).
 */
void glue_keep_finished(struct glue *glue);
