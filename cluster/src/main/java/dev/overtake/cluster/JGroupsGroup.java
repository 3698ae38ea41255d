// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.MergeView;
import org.jgroups.Message;
import org.jgroups.PhysicalAddress;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.logging.LogFactory;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG2;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.DiagnosticsHandler;
import org.jgroups.stack.IpAddress;
import org.jgroups.util.TLS;
import org.jgroups.util.TLSClientAuth;
import org.jspecify.annotations.Nullable;

/** The group as JGroups has it: one TCP connection between any two members that talk. */
final class JGroupsGroup implements Group {
  /*
   * Why the stack is as it is:
   *
   * - Platform threads. Virtual ones would be those of the JDK's scheduler, and where handlers occupy
   *   its carriers nobody would answer "are you there".
   * - No bundler: a sender thread for each receiver (Station) joins letters itself, and one receiver
   *   that hangs holds up nobody else's letters.
   * - Messages go up on the engine's pool. A thread that reads a socket and also delivers would
   *   have to write acknowledgements, and two such threads can wait for each other for ever.
   * - No flow control: Dispatch and Runs bound what is under way, and flow control waits.
   * - Whoever is asked who is there names everybody: one may know other members than the one that
   *   admits newcomers.
   * - Resending soon: where two connect to each other at the same time, one connection is closed with
   *   what was on it, and that is often the answer to who wants to join, or the first hello.
   * - Merging waits for no answer longer than for a silent member: until it ends or is given up (after
   *   twice that time) nobody who hangs is taken out of the view.
   * - A broken connection makes its other end suspect at once, silence does later. FD_SOCK2 would do
   *   the first as well, but by a port of its own without TLS.
   */
  private static final int ATTEMPTS = 5;
  private static final long RESEND_MILLIS = 100;
  private static final long FOUND_MILLIS = 100; // when there is nobody to ask
  private static final long JOIN_MILLIS = 1_000;
  private static final long MERGE_MILLIS = 2_000; // at most; sooner where silence is noticed sooner
  private static final long SHORTEST_MERGE_MILLIS = 1_000;
  private static final long LONGEST_MERGE_MILLIS = 5_000;
  private static final long VERIFY_MILLIS = 500;
  private static final int HEARTBEATS_IN_SILENCE = 4;
  private static final int CONNECT_MILLIS = 1_000;
  private static final int MOST_POOL_THREADS = 32;
  private static final int FRAGMENT_BYTES = 60_000;

  static {
    LogFactory.setCustomLogFactory(new EngineLog.Factory());
  }

  private final Membership membership;
  private final String name;
  private volatile @Nullable JChannel channel; // set once, by join()

  JGroupsGroup(Membership membership, String name) {
    this.membership = membership;
    this.name = name;
  }

  @Override
  public void join(Listener listener) throws IOException {
    InetSocketAddress bind = membership.bind();
    for (int attempt = 1; ; attempt++) {
      try {
        join(listener, bind.getPort() > 0 ? bind : free(bind.getAddress()));
        return;
      } catch (Exception e) {
        if (bind.getPort() > 0 || attempt == ATTEMPTS) {
          throw new IOException(
              "cluster %s: cannot listen at %s: %s; name a free port and an address of this machine"
                  .formatted(membership.cluster(), Membership.text(bind), rootOf(e).getMessage()),
              e);
        }
      }
    }
  }

  private void join(Listener listener, InetSocketAddress bind) throws Exception {
    JChannel joining = stack(bind);
    try {
      joining.setName(name);
      joining.setReceiver(new Ear(listener, joining));
      channel = joining;
      joining.connect(membership.cluster());
    } catch (Exception e) {
      joining.close();
      throw e;
    }
  }

  /** The engine must know its port before it listens; somebody else may be faster. */
  private static InetSocketAddress free(InetAddress host) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, host)) {
      return new InetSocketAddress(host, socket.getLocalPort());
    }
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private JChannel stack(InetSocketAddress bind) throws Exception {
    TCP tcp = new TCP();
    tcp.setBindAddress(bind.getAddress()).setBindPort(bind.getPort()).setPortRange(0);
    tcp.useVirtualThreads(false).setBundlerType("no-bundler");
    tcp.getThreadPool().setMaxThreads(MOST_POOL_THREADS);
    tcp.tcpNodelay(true); // a letter behind another would wait 40 ms for its acknowledgement
    tcp.setSockConnTimeout(CONNECT_MILLIS).enableSuspectEvents(true).logDetails(false);
    DiagnosticsHandler none = new DiagnosticsHandler().setEnabled(false);
    tcp.setDiagnosticsHandler(none);
    ClusterKey key = membership.key();
    if (key != null) {
      tcp.tls(
          new TLS().enabled(true).setSSLContext(key.context()).setClientAuth(TLSClientAuth.NEED));
    }
    long silenceMillis = membership.silence().toMillis();
    long mergeMillis = Math.min(MERGE_MILLIS, silenceMillis);
    List<InetSocketAddress> known = new ArrayList<>(membership.join());
    known.add(bind);
    return new JChannel(
        tcp,
        new TCPPING().setInitialHosts(known).setPortRange(0).returnEntireCache(true),
        new MERGE3().setMinInterval(mergeMillis / 4).setMaxInterval(mergeMillis),
        new FD_ALL3().setTimeout(silenceMillis).setInterval(silenceMillis / HEARTBEATS_IN_SILENCE),
        new VERIFY_SUSPECT2().setTimeout(Math.min(VERIFY_MILLIS, silenceMillis)),
        new NAKACK2().useMcastXmit(false),
        new UNICAST3().setXmitInterval(RESEND_MILLIS),
        new STABLE(),
        new GMS()
            .setJoinTimeout(membership.join().isEmpty() ? FOUND_MILLIS : JOIN_MILLIS)
            .setMergeTimeout(Math.clamp(silenceMillis, SHORTEST_MERGE_MILLIS, LONGEST_MERGE_MILLIS))
            .printLocalAddress(false),
        new FRAG2().setFragSize(FRAGMENT_BYTES));
  }

  private static Peer peer(Address address) {
    return new Peer(address, address.toString());
  }

  /** Hears the engine. */
  private record Ear(Listener listener, JChannel channel) implements Receiver {
    @Override
    public void viewAccepted(View view) {
      Set<Peer> others =
          view.getMembers().stream()
              .filter(member -> !member.equals(channel.getAddress()))
              .map(JGroupsGroup::peer)
              .collect(Collectors.toUnmodifiableSet());
      listener.view(others, view instanceof MergeView);
    }

    @Override
    public void receive(Message message) {
      if (message.hasArray()) {
        listener.received(
            peer(message.src()),
            ByteBuffer.wrap(message.getArray(), message.getOffset(), message.getLength()).slice());
      }
    }
  }

  /** The engine itself, once it has joined. */
  JChannel joined() {
    return Objects.requireNonNull(channel, "not joined");
  }

  @Override
  public InetSocketAddress address() {
    JChannel joined = joined();
    PhysicalAddress own = joined.getProtocolStack().getTransport().localPhysicalAddress();
    InetAddress host = ((IpAddress) own).getIpAddress();
    return new InetSocketAddress(host, ((IpAddress) own).getPort());
  }

  @Override
  public void send(Peer to, byte[] message) throws IOException {
    try {
      joined().send(new BytesMessage((Address) to.address(), message));
    } catch (Exception e) {
      throw new IOException("cannot send to " + to + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    JChannel joined = channel;
    if (joined != null) {
      joined.close();
    }
  }
}
