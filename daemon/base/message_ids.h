/*
 * The journal's MESSAGE_IDs (systemd.journal-fields(7)): one for each event type and for each
 * message that an operator acts on.  An id, once given, never gets another meaning; the catalog
 * (systemd/) has an entry for each.
 */
#pragma once

/* The alerts themselves (docs/ALERTS.md). */
#define MESSAGE_STORY_NEW "b08e86f768194bb7916f40367b02ed29"
#define MESSAGE_STORY_UPDATE "8503ff9823a548b1af3335f95461c6dc"
#define MESSAGE_STORY_REWRITE "3186e6063ba84c09b6ce86949bb21a9a"
#define MESSAGE_STORY_REPRINT "5fbbdaa0ae0548fe930f21e98baab095"
#define MESSAGE_STORY_SPREAD "acbc85a85c1945a0837ff7070b346c62"
#define MESSAGE_DIGEST "8cb7d62d32a24d06a6c58237ad54078f"
#define MESSAGE_TEST "e117117b2554488fb7ef67f2cb35af7d"
#define MESSAGE_FEED_FAILING "1ec66bac2929448bb69c985d3c2bb3ff"
#define MESSAGE_FEED_RECOVERED "7564ee90722f450d8c094f998ff22530"
#define MESSAGE_FEED_SILENT "68a3dc52c61440d2b9916591a00da6f3"
#define MESSAGE_FEED_MOVED "78e8096a74664c498c352fb27a41219e"
#define MESSAGE_FEED_GONE "c717b7814def499bb3c1755930be6e70"
#define MESSAGE_HOOK_FAILING "475dc907ff0340e7a62943a7fedffb58"
#define MESSAGE_HOOK_RECOVERED "d903013548a245999d103090aa7c2164"

/* What the daemon says of its own work. */
#define MESSAGE_DELIVERY_DEAD "457a3b3bc23443a5a18964a8d712236e"
#define MESSAGE_HOOK_DISABLED "f155c64347904cdab0c64785a66a05a0"
#define MESSAGE_STARTED "ed6ffae2148b45aa8e6c2858c0c89c80"
#define MESSAGE_RELOADED "342817bd68ab4c4d969f0e7b65cefab2"
#define MESSAGE_RELOAD_REFUSED "e35dc19b35d04e05a6352f8ad86c99a9"
#define MESSAGE_STORE_FAILED "90d82d023f844a56aed152783e3c4c9b"
#define MESSAGE_READER_DIED "6e49b4eabd684b53bf7d93933b1cea33"
