#include <curl/curl.h>

// curl_easy_setopt is variadic, which Swift cannot call: one setter for each kind of argument.
typedef size_t (*xueji_curl_data_function)(char *data, size_t size, size_t count, void *context);
typedef int (*xueji_curl_seek_function)(void *context, curl_off_t offset, int origin);

static inline CURLcode xueji_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode xueji_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode xueji_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode xueji_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode xueji_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode xueji_curl_set_data_function(CURL *handle, CURLoption option, xueji_curl_data_function value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode xueji_curl_set_seek_function(CURL *handle, xueji_curl_seek_function value) {
    return curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, value);
}

// Bytes in place of a file; libcurl keeps a copy.
static inline CURLcode xueji_curl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob = { (void *)bytes, count, CURL_BLOB_COPY };
    return curl_easy_setopt(handle, option, &blob);
}

// Why the peer's certificate was not accepted: an X509_V_ERR code, 0 when it was.
static inline long xueji_curl_verify_result(CURL *handle) {
    long result = 0;
    curl_easy_getinfo(handle, CURLINFO_SSL_VERIFYRESULT, &result);
    return result;
}

static inline long xueji_curl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

// The next finished transfer of a multi handle, null when there is none.
static inline CURL *xueji_curl_finished(CURLM *multi, CURLcode *result) {
    int left = 0;
    for (;;) {
        CURLMsg *message = curl_multi_info_read(multi, &left);
        if (!message) return NULL;
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
}

// Any information that is a long.
static inline long xueji_curl_info(CURL *handle, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(handle, info, &value);
    return value;
}

// The issuer in the certificate that the peer has shown, as text; null where none was read.
static inline const char *xueji_curl_issuer(CURL *handle) {
    struct curl_certinfo *info = NULL;
    if (curl_easy_getinfo(handle, CURLINFO_CERTINFO, &info) != CURLE_OK || !info || info->num_of_certs < 1) return NULL;
    for (struct curl_slist *line = info->certinfo[0]; line; line = line->next) {
        const char *name = "Issuer:", *text = line->data;
        while (*name && *name == *text) { name++; text++; }
        if (!*name) return text;
    }
    return NULL;
}
