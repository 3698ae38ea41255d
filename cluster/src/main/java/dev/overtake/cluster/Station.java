// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import static java.lang.System.Logger.Level.WARNING;

import dev.overtake.cluster.Letter.Hello;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** One member of the group: who else is there, who they are, and letters to and from them. */
final class Station implements Group.Listener, AutoCloseable {
  /*
   * Two members learn of each other at different times, and a message may be there before the view
   * that has its sender in it. So a hello is kept until its sender is in the view; and as it was sent
   * before all else, the letters after it mean something already. Therefore what it gives up is given
   * up when it comes, and not when the view does: whoever was sent a task in between would wait for ever.
   *
   * After a merge everybody says hello again to everybody: who was never out of our sight may have
   * lost us. The hello says whether its addressee is new here, and it is when it was not in the view
   * before: the desk has given up whatever it had with a peer that went (lost), and can't have anything
   * with it again before this hello is on its way (met). Whoever says "new" twice to a peer would make
   * it give up what the two have begun in between.
   *
   * The desk is told of comings and goings under the lock, so in the order in which they were seen, and
   * of letters by the thread that has told it of the hello before them. The desk may take locks of its
   * own then, under which it must call nothing here but what takes none: post and askers.
   */
  private static final System.Logger log = System.getLogger(Station.class.getName());

  /** What a member does. Called by threads of the engine; must not wait. */
  interface Desk {
    /** Somebody is there, or says hello again. */
    void met(Peer peer, Hello hello);

    /**
     * Somebody has left, or does not answer any more, or begins anew before it is met: nothing that
     * it has sent so far counts.
     */
    void lost(Peer peer);

    void received(Peer from, Letter letter);
  }

  private final Group group;
  private final String name;
  private final int tasks;
  private final Desk desk;
  private final Map<Peer, Link> links = new ConcurrentHashMap<>();

  private final ReentrantLock lock = new ReentrantLock(); // guards what is below
  private final Map<Peer, Hello> hellos = new ConcurrentHashMap<>(); // read without the lock
  private Set<Peer> view = Set.of();

  /**
   * Describes a member.
   *
   * @param name for messages
   * @param tasks how many it runs at a time, 0 if it only asks
   */
  Station(Group group, String name, int tasks, Desk desk) {
    this.group = group;
    this.name = name;
    this.tasks = tasks;
    this.desk = desk;
  }

  void open() throws IOException {
    group.join(this);
  }

  InetSocketAddress address() {
    return group.address();
  }

  /** Puts a letter down; it is dropped if the peer has gone. Never waits. */
  void post(Peer to, Letter letter) {
    Link link = links.get(to);
    if (link != null) {
      link.post(letter);
    }
  }

  /** Returns who is there and has said that it only asks. */
  Set<Peer> askers() {
    Set<Peer> askers = new HashSet<>(links.keySet());
    askers.removeIf(peer -> {
      Hello hello = hellos.get(peer);
      return hello == null || hello.tasks() > 0;
    });
    return askers;
  }

  /** How many are there whose protocol we do not speak. */
  long strangers() {
    return hellos.values().stream().filter(hello -> hello.protocol() != Hello.PROTOCOL).count();
  }

  @Override
  public void view(Set<Peer> others, boolean merged) {
    lock.lock();
    try {
      for (Peer peer : view) {
        if (!others.contains(peer)) {
          hellos.remove(peer);
          desk.lost(peer);
        }
      }
      for (Peer peer : others) {
        links.computeIfAbsent(peer, this::link);
        boolean anew = !view.contains(peer);
        if (anew || merged) {
          post(peer, hello(anew));
        }
        Hello kept = hellos.get(peer);
        if (anew && kept != null) {
          meet(peer, kept);
        }
      }
      links.keySet().stream()
          .filter(peer -> !others.contains(peer))
          .toList()
          .forEach(peer -> Objects.requireNonNull(links.remove(peer)).close());
      view = others;
    } finally {
      lock.unlock();
    }
  }

  private Link link(Peer peer) {
    return new Link(group, peer);
  }

  private Letter hello(boolean anew) {
    String version =
        Objects.requireNonNullElse(
            Station.class.getPackage().getImplementationVersion(), "of a build");
    return new Hello(Hello.PROTOCOL, version, title(), tasks, anew).letter();
  }

  private String title() {
    return name + " (" + Membership.text(address()) + ")";
  }

  @Override
  public void received(Peer from, ByteBuffer message) {
    links.computeIfAbsent(from, this::link); // it may count on us though we have lost it
    try {
      while (message.hasRemaining()) {
        Letter letter = Letter.next(message);
        if (letter.kind() == Letter.HELLO) {
          greeted(from, Hello.read(letter));
        } else if (isUnderstood(from)) {
          desk.received(from, letter);
        }
      }
    } catch (IOException | RuntimeException e) {
      log.log(WARNING, "%s: a message of %s makes no sense: %s".formatted(name, from, e));
    }
  }

  private boolean isUnderstood(Peer from) {
    Hello hello = hellos.get(from);
    return hello == null || hello.protocol() == Hello.PROTOCOL;
  }

  private void greeted(Peer from, Hello hello) {
    lock.lock();
    try {
      hellos.put(from, hello.heard());
      if (view.contains(from)) {
        meet(from, hello);
      } else if (hello.anew()) {
        desk.lost(from);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private void meet(Peer peer, Hello hello) {
    if (hello.protocol() != Hello.PROTOCOL) {
      log.log(
          WARNING,
          ("%s: %s is of version %s, whose protocol %d we do not speak (ours: %d); no tasks go there"
                  + " and none are taken; run one version of overtake on all machines")
              .formatted(title(), hello.name(), hello.version(), hello.protocol(), Hello.PROTOCOL));
      return;
    }
    desk.met(peer, hello);
  }

  /** Sends what is put down, leaves, and waits for it, a second or so. Idempotent. */
  @Override
  public void close() {
    links.values().forEach(Link::close);
    boolean interrupted = false;
    for (Link link : links.values()) {
      try {
        link.awaitLastLetters();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    group.close();
    links.values().forEach(Link::close); // those of who came meanwhile
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
