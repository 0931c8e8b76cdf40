# Evaluates the Vagrantfile without Vagrant: for one provider, as on one kind of host, strictly. A setting that the provider or
# Vagrant does not have is an error. Prints what came out as JSON.
#
# usage: ruby stand-in.rb VAGRANTFILE PROVIDER HOST_OS HOST_CPU VAGRANT_VERSION RSYNC(yes|no) APPLE_SILICON(1|0)
require "json"
require "rbconfig"

FILE, PROVIDER, OS, CPU, VERSION, RSYNC, APPLE = ARGV.shift(7)
RbConfig::CONFIG["host_os"] = OS
RbConfig::CONFIG["host_cpu"] = CPU

# What the providers' documentation names; those of Vagrant's own and of vagrant-libvirt are checked by Vagrant itself, too.
KNOWN = {
  "virtualbox" => %w[memory cpus name gui linked_clone check_guest_additions],
  "vmware_desktop" => %w[vmx gui linked_clone allowlist_verified],
  "parallels" => %w[memory cpus name linked_clone],
  "libvirt" => %w[memory cpus memorybacking],
  "qemu" => %w[memory smp arch machine cpu net_device ssh_port ssh_auto_correct qemu_dir],
  "utm" => %w[memory cpus name],
  "hyperv" => %w[memory maxmemory cpus vmname],
}.freeze

class Settings
  def initialize(known)
    @known = known
    @set = {}
    @set["vmx"] = {} if known.include?("vmx")
  end
  attr_reader :set

  def method_missing(name, *args, **options)
    plain = name.to_s.chomp("=")
    raise NoMethodError, "#{PROVIDER} has no setting #{plain}" unless @known.include?(plain)
    return @set[plain] if args.empty? && options.empty?

    @set[plain] = options.empty? && args.size == 1 ? args.first : [*args, options]
  end

  def respond_to_missing?(name, _private = false)
    @known.include?(name.to_s.chomp("="))
  end
end

class Machine
  attr_accessor :hostname, :box, :boot_timeout, :post_up_message
  attr_reader :folders, :networks, :provisioners, :provider_blocks, :box_architecture

  def initialize
    @folders = {}
    @networks = []
    @provisioners = []
    @provider_blocks = {}
  end

  def box_architecture=(value)
    raise NoMethodError, "Vagrant #{VERSION} knows no box_architecture" if VERSION.start_with?("2.3")

    @box_architecture = value
  end

  # As Vagrant does it, a later word about the same folder of the guest adds to the earlier.
  def synced_folder(host, guest, **options)
    @folders[guest] = (@folders[guest] || {}).merge(options, host: host)
  end

  def network(kind, **options)
    @networks << options.merge(kind: kind)
  end

  def provision(kind, **options)
    @provisioners << options.merge(kind: kind)
  end

  def provider(name, &block)
    @provider_blocks[name.to_s] = block
  end
end

class Config
  attr_reader :vm

  def initialize
    @vm = Machine.new
  end
end

module Vagrant
  VERSION = ::VERSION
  module Util
    module Which
      def self.which(command)
        command == "rsync" && RSYNC == "yes" ? "/usr/bin/rsync" : nil
      end
    end
  end

  def self.require_version(wanted)
    raise "needs Vagrant #{wanted}" unless Gem::Requirement.new(wanted).satisfied_by?(Gem::Version.new(VERSION))
  end

  def self.configure(api)
    raise "version #{api}" unless api == "2"

    yield(CONFIG)
  end
  CONFIG = Config.new
end

def `(command)
  command.start_with?("sysctl") ? "#{APPLE}\n" : raise("runs #{command}")
end

load FILE
config = Vagrant::CONFIG
settings = Settings.new(KNOWN.fetch(PROVIDER))
config.vm.provider_blocks.fetch(PROVIDER).call(settings, config)
machine = config.vm
puts JSON.generate(
  box: machine.box, architecture: machine.box_architecture, hostname: machine.hostname, folders: machine.folders, networks: machine.networks,
  provisioners: machine.provisioners, settings: settings.set, providers: machine.provider_blocks.keys
)
