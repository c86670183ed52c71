#!/bin/sh
# Takes away what the script after the installation put there.
set -e

profile=/etc/apparmor.d/mogoly-app
if [ "$1" != upgrade ] && [ -f "$profile" ]; then
  if apparmor_status --enabled >/dev/null 2>&1 && ! { [ -x /usr/bin/ischroot ] && /usr/bin/ischroot; }; then
    apparmor_parser --remove "$profile" || true
  fi
  rm -f "$profile"
fi
