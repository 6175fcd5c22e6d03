profile tare-test flags=(attach_disconnected) {
  file,
  capability,
  deny /etc/group r,
}
profile acme_secure_profile flags=(attach_disconnected) {
  file,
  capability,
  network,
  mount,
  umount,
  signal,
}
