/** Directives of nginx that say nothing of routes, or whose effect ours has in any case. */

const NAMES = new Set(
  (
    'user pid worker_processes worker_rlimit_nofile worker_connections events load_module error_log access_log daemon ' +
    'master_process env pcre_jit timer_resolution thread_pool sendfile sendfile_max_chunk tcp_nopush tcp_nodelay aio ' +
    'directio types types_hash_max_size types_hash_bucket_size default_type server_tokens server_name_in_redirect ' +
    'server_names_hash_bucket_size server_names_hash_max_size variables_hash_max_size map_hash_bucket_size ' +
    'map_hash_max_size log_format log_not_found log_subrequest rewrite_log open_log_file_cache charset index ' +
    'keepalive_timeout keepalive_requests keepalive_disable send_timeout reset_timedout_connection etag ' +
    'large_client_header_buffers underscores_in_headers ignore_invalid_headers merge_slashes http2 http2_push ' +
    'resolver resolver_timeout open_file_cache open_file_cache_valid open_file_cache_min_uses open_file_cache_errors ' +
    'listen server_name root proxy_http_version proxy_connect_timeout proxy_send_timeout proxy_read_timeout ' +
    'proxy_set_header proxy_pass_header proxy_pass_request_headers proxy_pass_request_body proxy_next_upstream ' +
    'proxy_next_upstream_tries proxy_next_upstream_timeout proxy_socket_keepalive proxy_headers_hash_max_size ' +
    'proxy_headers_hash_bucket_size proxy_max_temp_file_size proxy_temp_path proxy_temp_file_write_size add_header ' +
    'allow deny gzip grpc_set_header default internal recursive_error_pages port_in_redirect absolute_redirect'
  ).split(' '),
);

const FAMILIES = /^(ssl|gzip|client_body|client_header|proxy_(request_)?buffer|proxy_busy_buffer|proxy_ssl|grpc_ssl)_?/;

export const isSilent = (name: string): boolean => NAMES.has(name) || FAMILIES.test(name);
