// A bot on discord.js. It is told where its Discord is (JSON, first argument), says on standard
// output what it has done (one JSON object a line) and at the end what it saw.

import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  ContainerBuilder,
  EmbedBuilder,
  Events,
  GatewayIntentBits,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  Partials,
  PermissionFlagsBits,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';

const told = JSON.parse(process.argv[2]);
const report = { resumed: false, messages: [], closed: [] };

function say(step, more = {}) {
  process.stdout.write(`${JSON.stringify({ step, ...more })}\n`);
}

function fail(error) {
  console.error(error);
  process.exit(1);
}
process.on('unhandledRejection', fail);

const client = new Client({
  intents: [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMembers,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.DirectMessages,
  ],
  partials: [Partials.Channel],
  rest: { api: told.api.replace(/\/v10$/, ''), version: '10' },
});

function row(button) {
  return new ActionRowBuilder().addComponents(button);
}

async function registered(guild) {
  const command = new SlashCommandBuilder()
    .setName('greet')
    .setDescription('Greets somebody')
    .addStringOption((option) =>
      option.setName('name').setDescription('Whom').setRequired(true).setMaxLength(20),
    );
  const found = await guild.commands.set([command]);
  return found.map((one) => one.name);
}

async function answer(interaction) {
  if (interaction.isChatInputCommand()) {
    const name = interaction.options.getString('name', true);
    report.command = { name, locale: interaction.locale, user: interaction.user.username };
    const button = new ButtonBuilder()
      .setCustomId('form')
      .setLabel('Form')
      .setStyle(ButtonStyle.Primary);
    await interaction.reply({ content: `Hello ${name}`, components: [row(button)] });
  } else if (interaction.isButton() && interaction.customId === 'form') {
    report.button = interaction.message.content;
    const name = new TextInputBuilder()
      .setCustomId('name')
      .setStyle(TextInputStyle.Short)
      .setMaxLength(20);
    const energy = new StringSelectMenuBuilder()
      .setCustomId('energy')
      .addOptions({ label: 'Low', value: '1' }, { label: 'High', value: '5' });
    const modal = new ModalBuilder()
      .setCustomId('about')
      .setTitle('About you')
      .addLabelComponents(
        new LabelBuilder().setLabel('Your name').setTextInputComponent(name),
        new LabelBuilder().setLabel('Your energy').setStringSelectMenuComponent(energy),
      );
    await interaction.showModal(modal);
  } else if (interaction.isButton()) {
    await interaction.deferUpdate();
    await interaction.editReply({ components: [new TextDisplayBuilder().setContent('Pressed')] });
  } else if (interaction.isModalSubmit()) {
    report.form = [
      interaction.fields.getTextInputValue('name'),
      ...interaction.fields.getStringSelectValues('energy'),
    ];
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.editReply(`Thank you ${report.form.join(' ')}`);
    const more = await interaction.followUp({
      content: 'And more',
      flags: MessageFlags.Ephemeral,
    });
    report.followup = more.flags.has(MessageFlags.Ephemeral);
    await make(interaction.guild);
  }
}

async function make(guild) {
  const general = guild.channels.cache.get(told.channel_id);
  const embed = new EmbedBuilder()
    .setTitle('An embed')
    .setDescription('With a field')
    .setColor(0x5865f2)
    .addFields({ name: 'Field', value: 'Value' });
  const sent = await general.send({ embeds: [embed] });
  const press = new ButtonBuilder()
    .setCustomId('press')
    .setLabel('Press')
    .setStyle(ButtonStyle.Secondary);
  const card = new ContainerBuilder()
    .addTextDisplayComponents((text) => text.setContent('# A card'))
    .addSeparatorComponents((line) => line)
    .addActionRowComponents(row(press));
  const second = await general.send({ components: [card], flags: MessageFlags.IsComponentsV2 });
  const person = await client.users.fetch(told.person_id);
  const direct = await person.createDM();
  const whisper = await direct.send('In private');
  const channel = await guild.channels.create({
    name: 'crew',
    topic: 'Only for some',
    permissionOverwrites: [
      { id: guild.roles.everyone, deny: [PermissionFlagsBits.ViewChannel] },
      { id: client.user.id, allow: [PermissionFlagsBits.ViewChannel] },
      { id: told.person_id, allow: [PermissionFlagsBits.ViewChannel] },
    ],
    reason: 'A crew',
  });
  const members = await guild.members.fetch();
  Object.assign(report, {
    embed: sent.id,
    card: second.id,
    direct: { channel: direct.id, message: whisper.id },
    channel: {
      id: channel.id,
      seen_by_person: channel.permissionsFor(told.person_id).has(PermissionFlagsBits.ViewChannel),
      overwrites: channel.permissionOverwrites.cache.size,
    },
    members: members.map((one) => one.user.username).sort(),
  });
  say('made');
}

client.on(Events.InteractionCreate, (interaction) => answer(interaction).catch(fail));
client.on(Events.MessageCreate, (message) => {
  if (message.author.id === client.user.id) return;
  report.messages.push([message.content, message.guildId === null ? 'direct' : 'guild']);
  if (message.content === 'goodbye') {
    // The resume comes before what is new, and its event may come a little later.
    const end = () => {
      if (!report.resumed) return setTimeout(end, 10);
      say('report', { report });
      return client.destroy().then(() => process.exit(0));
    };
    end();
  }
});
client.on(Events.ShardResume, () => {
  report.resumed = true;
});
client.on(Events.ShardReconnecting, () => report.closed.push('reconnecting'));
client.on(Events.Error, (error) => console.error(error));
client.once(Events.ClientReady, async () => {
  const guild = client.guilds.cache.get(told.guild_id);
  report.me = client.user.username;
  report.guild = {
    name: guild.name,
    available: guild.available,
    member_count: guild.memberCount,
    channels: guild.channels.cache.map((one) => one.name).sort(),
    roles: guild.roles.cache.map((one) => one.name).sort(),
  };
  report.commands = await registered(guild).catch(fail);
  say('ready');
});

client.login(told.token).catch(fail);
