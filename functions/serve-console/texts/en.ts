/** What the console says in English. The type of this object is what every other language must fill. */
export const en = {
  product: 'Provisioning emails',
  skip: 'Skip to content',
  mainNavigation: 'Main',
  breadcrumb: 'You are here',
  signedInAs: (name: string) => `Signed in as ${name}`,
  /** Names of languages are written in their own. */
  language: 'Language',
  signOut: 'Sign out',
  signIn: 'Sign in',
  partner: 'Partner',
  roles: { operator: 'Operator', resend: 'May resend', view: 'View only', none: 'No role' },
  footer: 'All times are in UTC.',
  copy: 'Copy',
  copied: 'Copied',
  externalSite: 'leads to another site',
  none: 'None',

  status: {
    Scheduled: 'Scheduled',
    AwaitingProvisioningDetails: 'Awaiting Provisioning Details',
    Onboarded: 'Onboarded',
    Closed: 'Closed',
    Cancelled: 'Cancelled',
  },
  provisioningPending: 'Provisioning pending',
  delivery: {
    Accepted: 'Sent',
    Delivered: 'Delivered',
    Delayed: 'Delayed',
    Bounced: 'Came back',
    Complained: 'Marked as spam',
    Rejected: 'Rejected',
  },
  locales: { en: 'English', ja: 'Japanese' },

  field: {
    order: 'Order',
    line: 'Line',
    subscription: 'Subscription',
    offer: 'Offer',
    customer: 'End customer',
    status: 'Status',
    startDate: 'Requested start date',
    window: 'Provisioning window',
    firstEmail: 'First email',
    deadline: 'Deadline',
    timeLeft: 'Time left',
    closedAt: 'Closed',
    onboardedAt: 'Onboarded',
    cancelledAt: 'Cancelled',
    organization: 'Organization',
    contact: 'Provisioning Contact',
    contactEmail: 'Provisioning Contact Email',
    contactName: 'Name',
    contactLocale: 'Language of the email',
    lastEmail: 'Last email',
    placedBy: 'Order placed by',
    to: 'To',
    sentAt: 'Sent',
    nextResend: 'Next resend possible',
    reason: 'Reason',
    reference: 'Reference',
  },

  time: {
    left: (span: string) => `${span} left`,
    overdueSince: (span: string) => `Ended ${span} ago`,
    startsIn: (span: string) => `Email goes out in ${span}`,
    due: 'Email is due',
    until: (date: string) => `until ${date}`,
    ended: (date: string) => `ended ${date}`,
    on: (date: string) => `on ${date}`,
    since: (date: string) => `since ${date}`,
    notRunning: 'No deadline',
  },

  orders: {
    title: 'Orders',
    introduction:
      'Order lines of collaboration subscriptions, nearest deadline first. Onboarded and cancelled ones come last.',
    search: 'Search',
    searchHint: 'An order id, a line (as ORDER/LINE), a subscription id or a contact email, in full',
    searchWrong:
      'Enter an order id, a line, a subscription id or a contact email in full, of at most 254 characters.',
    find: 'Search',
    clear: 'Clear search',
    partnerHint: 'The partner whose order lines you want to see',
    partnerWrong: 'Enter the id of a partner: 1 to 64 letters, digits, dots, dashes or underscores.',
    choosePartner: 'Choose a partner',
    choosePartnerHow:
      'As an operator you see the order lines of one partner at a time. Enter the partner’s id above.',
    filter: 'Filter by status',
    all: 'All',
    shown: (count: string, more: boolean) =>
      more ? `${count} lines, more follow` : count === '1' ? '1 line' : `${count} lines`,
    nothing: 'No order lines here',
    nothingFound: (word: string) =>
      `Nothing was found for “${word}”. The search takes whole words: check for a missing character.`,
    nothingInFilter: 'No order line has this status. Choose another one, or see all.',
    nothingAtAll: 'As soon as an order of this partner is booked, its lines appear here.',
    seeAll: 'See all order lines',
    next: 'Next page',
    first: 'First page',
    pages: 'Pages',
    lineOf: (orderId: string, lineId: string) => `Line ${lineId} of order ${orderId}`,
    table: 'Order lines, nearest deadline first',
  },

  order: {
    title: (orderId: string) => `Order ${orderId}`,
    lines: 'Order lines',
    lineTitle: (lineId: string) => `Line ${lineId}`,
    details: 'History and details',
    pendingBefore: 'The provisioning window of this line has ended, and its provisioning is still pending. ',
    pendingLink: 'Click here',
    pendingAfter: ' to go to its subscription, resend the email or correct the contact.',
    onboarded: (date: string) => `The customer’s organization was onboarded on ${date}.`,
  },

  subscription: {
    title: 'Cloud/SaaS Subscriptions',
    introduction: (subscriptionId: string) => `Subscription ${subscriptionId}`,
    pending:
      'The provisioning window has ended and the order line is closed, but nobody has set the subscription up. You can still resend the email or correct the contact; both work until the organization is onboarded.',
  },

  line: {
    title: (orderId: string, lineId: string) => `Order ${orderId}, line ${lineId}`,
    facts: 'Details',
    history: 'History',
    by: (actor: string) => `by ${actor}`,
    missing: 'If the email does not arrive',
    missingSpam:
      'Ask the contact to look into the spam or junk folder, and into quarantine if their company has one.',
    missingAllow: 'Ask their IT admin to allow this sender address:',
    sender: 'Sender address',
    missingAddress: (email: string) => `Check the address for typing errors: ${email}.`,
    missingCorrect: 'Correct it with Edit; the email then goes to the new address at once.',
    bounceReason: 'The mail service reported:',
  },

  actors: {
    'commerce.workspace': 'Cisco Commerce Workspace',
    'control-hub': 'Control Hub',
    'aws.ses': 'the mail service',
    workflow: 'this service',
    sweep: 'this service',
  },
  history: {
    Booked: 'Order line booked',
    Rescheduled: (date: string) => `Requested start date moved to ${date}`,
    rescheduleIgnored: (date: string) =>
      `A move of the requested start date to ${date} came too late and was not applied`,
    firstSent: 'Provisioning email sent',
    resent: 'Provisioning email resent',
    sentToNewContact: 'Provisioning email sent to the new contact',
    ProvisioningEmailFailed: 'Provisioning email could not be sent',
    ProvisioningEmailUnconfirmed:
      'Provisioning email may have been sent; the mail service has not reported it yet',
    confirmed: 'Confirmed by the mail service’s report',
    feedback: {
      Accepted: 'Email accepted',
      Delivered: 'Email delivered',
      Delayed: 'Email delayed',
      Bounced: 'Email came back',
      Complained: 'Email marked as spam by its recipient',
      Rejected: 'Email rejected by the mail service',
    },
    ProvisioningContactChanged: 'Provisioning contact changed',
    Onboarded: 'Organization onboarded: point of no return',
    Closed: 'Closed: the provisioning window ended',
    Cancelled: 'Order line cancelled',
  },

  edit: 'Edit',
  resend: 'Resend',
  editOf: (lineId: string) => `Edit the contact of line ${lineId}`,
  resendOf: (lineId: string) => `Resend the email of line ${lineId}`,
  done: 'Done',
  back: 'Back',
  cancel: 'Cancel',

  /** Said beside a control that cannot do its work now. */
  whyNot: {
    viewOnly: (name: string) => `Your role is view only. Ask ${name}, who placed the order.`,
    'not-started': (date: string) => `The first email goes out on ${date}.`,
    due: (date: string) => `The first email has been due since ${date}; it goes out automatically.`,
    'point-of-no-return': 'Onboarded: the set-up is finished in Control Hub.',
    cancelled: 'Cancelled: nothing is sent any more.',
    'contact-undeliverable': 'Mail to this address comes back: change it with Edit.',
    'resend-too-soon': (date: string) => `Resent a moment ago; possible again from ${date}.`,
    'resend-limit-reached': (date: string) =>
      `The limit of emails in 24 hours is reached; possible again from ${date}.`,
    limitForGood: 'All emails that this line may have are used up.',
    unknown: 'Not possible at the moment.',
  },
  nowPossible: 'Possible again now.',

  resendDialog: {
    title: 'Resend Confirmation',
    question: (email: string) => `Send the provisioning email again to ${email}?`,
    what: 'The email holds the link to set the subscription up. Links of earlier emails keep working, and the deadline stays as it is.',
    closed: 'The provisioning window has ended. The email says so, and the subscription can still be set up.',
    yes: 'Yes',
    no: 'No',
    sentTitle: 'The email was sent',
    sent: (email: string) => `The provisioning email was resent to ${email}.`,
    next: (date: string) => `The next resend is possible from ${date}.`,
    notSentTitle: 'The email could not be sent',
    notSent: 'The mail service did not take the email. Nothing was changed or counted, so you may try again.',
    confirmAgain: 'Please confirm once more. Nothing has been sent yet.',
    tryAgain: 'Try again',
  },

  support: {
    title: 'If it keeps failing, open a support case',
    how: 'Open the Customer Service Hub, search for “Provisioning Assistance”, and give these details:',
    portal: 'Customer Service Hub',
    search: 'Search for',
    requestType: 'Request type',
    details: 'Details for the support case',
  },

  /** Of an email of which nobody knows yet whether it left. */
  unconfirmed: {
    title: 'The email may have been sent',
    what: (email: string) =>
      `The mail service’s answer was lost. The email to ${email} may have been sent, so it is counted and in the history.`,
    ask: 'Do not send another one at once. Ask the contact first whether the email has arrived.',
    change: 'The contact changes once the email is confirmed. Until then the present contact stays.',
    others: 'The other lines of this order were not changed. Apply the change to them afterwards.',
    wait: 'As soon as the mail service reports that the email was sent, this page says so.',
    look: 'Check now',
    notice: (email: string) =>
      `The latest email, to ${email}, may have been sent: the mail service’s answer was lost. The history shows it as sent once the mail service reports it.`,
    askFirst: 'Ask the contact whether it has arrived before you send another one.',
    firstAgain: 'If no report comes, the service sends it once more.',
    support: 'If the email is not confirmed and does not arrive, open a support case',
  },

  explain: {
    title: {
      'not-started': 'The email has not gone out yet',
      'point-of-no-return': 'The organization is already onboarded',
      cancelled: 'The order line was cancelled',
      'contact-undeliverable': 'Mail to this contact does not arrive',
      'resend-too-soon': 'The email was sent a moment ago',
      'resend-limit-reached': 'The limit of emails is reached',
    },
    'not-started': (date: string) =>
      `The first provisioning email goes out by itself on the requested start date, ${date}.`,
    due: (date: string) =>
      `The first provisioning email has been due since ${date}. It goes out automatically as soon as possible.`,
    notStartedInstead:
      'Until then you may still correct the contact: the email goes to whoever is named then.',
    ponr: 'The customer’s organization is mapped to this order, so no provisioning email is sent and the contact is not changed any more.',
    ponrInstead:
      'The provisioning contact or an admin of the organization finishes the set-up in Control Hub:',
    cancelled: 'Nothing is sent for a cancelled order line, and its contact is not changed any more.',
    cancelledInstead: (name: string) =>
      `If the cancellation was a mistake, ask ${name}, who placed the order, to order again.`,
    'contact-undeliverable': (email: string) =>
      `The mail service gave up on ${email}: the address does not exist, or its owner does not want our mail.`,
    undeliverableInstead: 'Change the provisioning contact. The email goes to the new address at once.',
    'resend-too-soon': (date: string) =>
      `Between two resends there is a short pause. The next one is possible from ${date}.`,
    tooSoonInstead: (email: string) =>
      `Meanwhile ask the contact to look for the email to ${email}, in the spam folder too.`,
    'resend-limit-reached': (date: string) =>
      `As many emails as one line may have in 24 hours have left. The next one is possible from ${date}.`,
    limitForGood: 'As many emails as one line may have in its life have left. No more are sent.',
    limitInstead: (email: string) =>
      `Reach the contact in another way, and have them look for the emails to ${email}.`,
    changeContact: 'Change the contact',
    nothingSent: 'Nothing was sent.',
    nothingSaved: 'Nothing was saved.',
  },

  contactDialog: {
    title: 'Edit the provisioning contact',
    email: 'New email address',
    emailHint: 'For example jane@example.com',
    name: 'Name',
    nameHint: 'Optional. Leave it empty to have none.',
    locale: 'Language of the email',
    all: (count: string) => `Apply to all lines of this order (${count})`,
    allLabel: 'Apply to all lines',
    allSkips: (lines: string) => `Cannot be changed any more and will be skipped: ${lines}`,
    sendsAtOnce:
      'When you save a new address, the provisioning email goes there at once. If only the name or the language changes, nothing is sent. The deadline stays as it is.',
    sendsLater: (date: string) =>
      `Nothing is sent now. The provisioning email goes to the contact on ${date}.`,
    save: 'Save',
    wrongTitle: 'Please check what you entered',
    wrong: {
      email:
        'Enter one complete email address in Latin characters, with at most 64 before the @, for example jane@example.com.',
      name: 'Enter the name as plain text on one line, of at most 200 characters, without markup.',
      locale: 'Choose one of the languages.',
    },
    confirmAgain: 'Please check what you entered and save it once more. Nothing has been saved yet.',
    keptForYou: 'You had to sign in again. What you entered is here; check it and save it once more.',
    refused: {
      'contact-undeliverable': 'Mail to this address comes back. Enter another address.',
      'resend-too-soon': 'Another email of this line is being sent. Try again in a minute.',
    },
    savedTitle: 'The contact was changed',
    unchangedTitle: 'Nothing was changed',
    unchanged: (email: string) =>
      `The contact already was ${email}, with this name and language, so nothing was changed or sent. To send the email again, use Resend.`,
    sent: (lines: string, email: string) => `${lines}: the provisioning email was sent to ${email}.`,
    saved: (lines: string, email: string) =>
      `${lines}: the provisioning email will go to ${email} on the requested start date.`,
    savedQuietly: (lines: string) => `${lines}: saved. Nothing was sent.`,
    kept: (lines: string, email: string) => `${lines}: the contact already was ${email}.`,
    skippedTitle: 'Skipped',
    skipped: (lines: string, why: string) => `${lines}: ${why}`,
    line: (lineId: string) => `Line ${lineId}`,
    andMore: (count: string) => `${count} more`,
    skippedWhy: {
      'point-of-no-return': 'the organization is already onboarded.',
      cancelled: 'the order line was cancelled.',
      'contact-undeliverable': 'mail to this address comes back.',
      'resend-limit-reached': 'the limit of emails is reached.',
      'resend-too-soon': 'another email was just being sent. Try again in a minute.',
      'email-not-sent': 'the mail service did not take the email. Try again.',
      'email-unconfirmed':
        'the email may have been sent; the mail service’s answer was lost. The contact changes once it is confirmed. Ask the contact before you try again.',
      other: 'it could not be changed.',
    },
  },

  noAccess: {
    title: 'You have no access to this',
    text: 'Your account may not do this. The person who placed the order can, or knows who can:',
    name: 'Name',
    email: 'Email',
    noRole: 'Your account has no role here yet, so there is nothing to see.',
    noRoleInstead:
      'Ask the administrator of your company’s accounts for the role “view” or “resend”. Tell them this:',
    account: 'Your account',
    signOutInstead: 'You can also sign out and sign in with another account.',
  },

  errors: {
    notFoundTitle: 'There is nothing here',
    notFound:
      'This page does not exist, or it belongs to an order that is not among those of your partner. Check the address, or search for the order.',
    cursorTitle: 'This page of the list is gone',
    cursor: 'The address of the page is not complete. Start from the first page.',
    forbiddenTitle: 'This could not be accepted',
    forbidden:
      'The request did not come from a page of this console, so nothing was done. Open the page again and repeat it there.',
    tooLargeTitle: 'That was too much',
    tooLarge: 'The form holds more than can be taken. Nothing was done. Go back and enter less.',
    internalTitle: 'Something went wrong on our side',
    internal: 'Try again in a moment. If it keeps failing, report this reference to your administrator.',
    sessionEndedTitle: 'Your session has ended',
    sessionEnded: 'You were away for a while, so you need to sign in again. Nothing was sent or saved.',
    sessionEndedKept:
      'What you entered is kept: it is shown again after you signed in, and you confirm it then.',
    signInUnreachableTitle: 'Sign-in does not answer',
    signInUnreachable: 'The sign-in service cannot be reached right now. Try again in a moment.',
    signInUnfinishedTitle: 'Sign-in was not finished',
    signInUnfinished: 'It took too long, was left, or was begun in another window. Please start again.',
    accountTitle: 'This account cannot be used here',
    account:
      'The sign-in service did not say who you are in the way this console needs. Ask your administrator.',
    toOrders: 'To the orders',
    retry: 'Try again',
  },

  signOutPage: {
    title: 'You are signed out',
    text: 'You can close this window now.',
    again: 'Sign in again',
    confirmTitle: 'Sign out?',
    confirm: 'You will need to sign in again to see your orders.',
    goingTitle: 'Signing out…',
    going: 'You are signed out here. If nothing happens, finish at the sign-in service:',
    goOn: 'Finish signing out',
  },
};

export type Texts = typeof en;
