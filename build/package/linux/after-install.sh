#!/bin/sh
# Makes Chromium's sandbox work: by user namespaces where the kernel gives them, else by the helper that is root's own.
set -e

helper='/opt/Mogoly/chrome-sandbox'
if unshare --user true 2>/dev/null; then chmod 0755 "$helper"; else chmod 4755 "$helper"; fi

# Ubuntu 24.04 and later give user namespaces to programs with a profile alone; older ones do not know this form of it.
profile='/opt/Mogoly/resources/apparmor-profile'
target=/etc/apparmor.d/mogoly-app
if apparmor_status --enabled >/dev/null 2>&1 && apparmor_parser --skip-kernel-load --debug "$profile" >/dev/null 2>&1; then
  cp -f "$profile" "$target"
  if ! { [ -x /usr/bin/ischroot ] && /usr/bin/ischroot; }; then
    apparmor_parser --replace --write-cache --skip-read-cache "$target" || true
  fi
fi
