// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** Modules whose classes lie in a folder each, {@code META-INF/overtake/MODULE/}, of one jar. */
final class NestedModules implements ModuleFinder {
  private static final String FOLDER = "META-INF/overtake/";

  private final Map<String, ModuleReference> modules = new HashMap<>();

  private NestedModules(Path file, JarFile jar) throws IOException {
    Map<String, Set<String>> entries = new HashMap<>(); // of each module, without its folder
    jar.stream()
        .map(ZipEntry::getName)
        .filter(name -> name.startsWith(FOLDER) && !name.endsWith("/"))
        .map(name -> name.substring(FOLDER.length()))
        .forEach(name -> {
          int slash = name.indexOf('/');
          entries
              .computeIfAbsent(name.substring(0, slash), module -> new TreeSet<>())
              .add(name.substring(slash + 1));
        });
    for (Map.Entry<String, Set<String>> module : entries.entrySet()) {
      modules.put(
          module.getKey(),
          new Nested(file, jar, FOLDER + module.getKey() + "/", module.getValue()));
    }
  }

  /**
   * Puts the modules nested in the agent's jar into a layer of their own above the boot layer, with
   * one class loader that the application's does not know. The jar stays open for as long as the
   * JVM lives.
   *
   * @throws IOException if the jar is not on the class path or cannot be read
   */
  static ModuleLayer.Controller load() throws IOException {
    // Not by way of this class: the application may have it, from the library, before the agent's.
    URL inside = ClassLoader.getSystemResource(FOLDER + "dev.overtake.scheduler/module-info.class");
    if (inside == null || !(inside.openConnection() instanceof JarURLConnection connection)) {
      throw new IOException("overtake-agent.jar is not on the class path: " + inside);
    }
    Path file = Path.of(URI.create(connection.getJarFileURL().toString()));
    NestedModules finder = new NestedModules(file, new JarFile(file.toFile()));
    ModuleLayer boot = ModuleLayer.boot();
    Configuration configuration =
        boot.configuration().resolve(finder, ModuleFinder.of(), finder.modules.keySet());
    return ModuleLayer.defineModulesWithOneLoader(
        configuration, List.of(boot), ClassLoader.getPlatformClassLoader());
  }

  @Override
  public Optional<ModuleReference> find(String name) {
    return Optional.ofNullable(modules.get(name));
  }

  @Override
  public Set<ModuleReference> findAll() {
    return Set.copyOf(modules.values());
  }

  /** One module; its own reader, since the jar is never closed. */
  private static final class Nested extends ModuleReference implements ModuleReader {
    private final Path file;
    private final JarFile jar;
    private final String folder;
    private final Set<String> entries;

    Nested(Path file, JarFile jar, String folder, Set<String> entries) throws IOException {
      super(descriptor(jar, folder, entries), file.toUri());
      this.file = file;
      this.jar = jar;
      this.folder = folder;
      this.entries = entries;
    }

    private static ModuleDescriptor descriptor(JarFile jar, String folder, Set<String> entries)
        throws IOException {
      try (InputStream in = jar.getInputStream(jar.getEntry(folder + "module-info.class"))) {
        return ModuleDescriptor.read(in, () -> packages(entries));
      }
    }

    private static Set<String> packages(Set<String> entries) {
      Set<String> packages = new TreeSet<>();
      for (String entry : entries) {
        int slash = entry.lastIndexOf('/');
        if (entry.endsWith(".class") && slash > 0) {
          packages.add(entry.substring(0, slash).replace('/', '.'));
        }
      }
      return packages;
    }

    @Override
    public ModuleReader open() {
      return this;
    }

    @Override
    public Optional<URI> find(String name) {
      return entries.contains(name)
          ? Optional.of(URI.create("jar:" + file.toUri() + "!/" + folder + name))
          : Optional.empty();
    }

    @Override
    public Optional<InputStream> open(String name) throws IOException {
      return entries.contains(name)
          ? Optional.of(jar.getInputStream(jar.getEntry(folder + name)))
          : Optional.empty();
    }

    @Override
    public Stream<String> list() {
      return entries.stream();
    }

    @Override
    public void close() {} // the jar is everybody's
  }
}
