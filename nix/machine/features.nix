# What a machine can ask for beyond drivers, by name: modules of the kernel's, whether they are loaded though no device
# asks for them, and values that come with them. An image carries only what its machine asks for.
{
  # sockets of the next protocol, also where the network has none: `[::]:80` serves IPv4 as well
  ipv6 = {
    modules = [ "ipv6" ];
    load = true;
  };
  # TCP that keeps to the bandwidth that there is instead of losing packets to find out
  bbr = {
    modules = [
      "tcp_bbr"
      "sch_fq"
    ];
    load = true;
    sysctls = {
      "net.core.default_qdisc" = "fq";
      "net.ipv4.tcp_congestion_control" = "bbr";
    };
  };
  # encryption of TLS connections by the kernel, for servers that hand it the keys
  ktls = {
    modules = [ "tls" ];
    load = true;
  };
  # sockets that see whole packets, for programs with the capability net_raw
  packet = {
    modules = [ "af_packet" ];
    load = true;
  };
  # network devices that are programs, for those with the capability net_admin
  tun = {
    modules = [ "tun" ];
    load = true;
  };
  # a port by which the hypervisor asks for addresses and a shutdown (QEMU's guest agent)
  agent.modules = [ "virtio_console" ];
  # hypervisors' devices: sockets to the host, memory that is lent back to it, random numbers from it
  vsock.modules = [ "vmw_vsock_virtio_transport" ];
  balloon.modules = [ "virtio_balloon" ];
  random.modules = [ "virtio_rng" ];
}
