#!/bin/sh
# Before the package goes: ends the app, and takes back what it changed outside the home folders. What is undone as root
# is found by our own names and marks; a ledger belongs to its user, so nothing that it says is run as root.
set -e

# An update keeps all of it.
[ "$1" = remove ] || [ "$1" = 0 ] || exit 0

app=/opt/Mogoly/mogoly-app
# How long it may take to finish requests, and how long a user's own part may take.
end_seconds=10
user_seconds=60

running() {
  for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/exe" 2>/dev/null)" = "$app" ]; then echo "${process#/proc/}"; fi
  done
}

end_app() {
  [ -n "$(running)" ] || return 0
  kill -TERM $(running) 2>/dev/null || true
  waited=0
  while [ -n "$(running)" ] && [ $waited -lt $end_seconds ]; do
    sleep 1
    waited=$((waited + 1))
  done
  if [ -n "$(running)" ]; then kill -KILL $(running) 2>/dev/null || true; fi
}

# Debian's program takes back what its list says to take back, and nothing else; Java's store hears of it in the same way.
forget_on_debian() {
  list=$(mktemp)
  if [ -f /etc/ca-certificates.conf ]; then cat /etc/ca-certificates.conf >"$list"; fi
  printf '!%s\n' "$@" >>"$list"
  update-ca-certificates --certsconf "$list"
  rm -f "$list"
}

# The CA, in the stores of Debian, Fedora, Arch and openSUSE.
forget_authority() {
  found=
  for folder in /usr/local/share/ca-certificates /etc/pki/ca-trust/source/anchors \
    /etc/ca-certificates/trust-source/anchors /etc/pki/trust/anchors; do
    for file in "$folder"/mogoly-????????.crt; do
      if [ -f "$file" ]; then
        rm -f "$file"
        found="$found $(basename "$file")"
      fi
    done
  done
  [ -n "$found" ] || return 0
  if command -v update-ca-certificates >/dev/null; then forget_on_debian $found >/dev/null 2>&1 || true
  elif command -v update-ca-trust >/dev/null; then update-ca-trust extract || true
  elif command -v trust >/dev/null; then trust extract-compat || true
  fi
}

# A file that opens with our mark, and what makes its reader see that it is gone.
forget_file() {
  file=$1
  shift
  if [ -f "$file" ] && head -n 1 "$file" | grep -q '^# Written by Mogoly;'; then
    rm -f "$file"
    "$@" >/dev/null 2>&1 || true
  fi
}

forget_names() {
  forget_file /etc/systemd/resolved.conf.d/mogoly.conf systemctl reload-or-restart systemd-resolved.service
  forget_file /etc/systemd/dns-delegate.d/mogoly.dns-delegate systemctl reload-or-restart systemd-resolved.service
  forget_file /etc/NetworkManager/dnsmasq.d/mogoly.conf nmcli general reload dns-full
  forget_file /etc/dnsmasq.d/mogoly.conf systemctl restart dnsmasq.service
  if grep -q '^# mogoly begin' /etc/hosts && grep -q '^# mogoly end' /etc/hosts; then
    sed -i '/^# mogoly begin/,/^# mogoly end/d' /etc/hosts
  fi
}

# What lies in somebody's home (browsers' stores, start at login) is undone by themselves.
forget_users() {
  getent passwd | while IFS=: read -r user _ _ _ _ home _; do
    [ -d "$home/.config/mogoly" ] || continue
    timeout "$user_seconds" runuser -u "$user" -- env -i HOME="$home" PATH="$PATH" \
      /usr/bin/mogoly uninstall --system-done >/dev/null 2>&1 </dev/null || true
  done
}

end_app
forget_authority
forget_names
forget_users
