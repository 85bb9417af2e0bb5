import { choiceDays } from '../../../shared/domain/notifications.ts';
import { jobDays } from '../../../shared/domain/resend-job.ts';

/** The console's texts in English. Every other language must have their type. */
export function english() {
  return {
    product: 'Provisioning emails',
    skip: 'Skip to content',
    mainNavigation: 'Main',
    breadcrumb: 'Breadcrumb',
    signedInAs: (name: string) => `Signed in as ${name}`,
    /** Languages are named in their own words. */
    language: 'Language',
    signOut: 'Sign out',
    signIn: 'Sign in',
    partner: 'Partner',
    partnerWrong: 'Enter the exact ID of a partner.',
    roles: { operator: 'Operator', resend: 'May resend', view: 'View only', none: 'No role' },
    footer: 'All times are in UTC.',
    /** With scripts, times are in the browser's zone, and can be shown in UTC. */
    zone: (zone: string) =>
      `Times are in your time zone (${zone}). Point at one, tap it, or select it with the Tab key (in a list, the first link of its row) to see it in UTC.`,
    inUtc: 'Show times in UTC',
    inZone: 'Show times in my time zone',
    copy: 'Copy',
    copied: 'Copied',
    externalSite: 'external site',
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
      Bounced: 'Bounced',
      Complained: 'Marked as spam',
      Rejected: 'Rejected',
    },

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
      contactEmail: 'Provisioning Contact Email',
      copyTo: 'Copies go to',
      lastEmail: 'Last email',
      placedBy: 'Order placed by',
      to: 'To',
      sentAt: 'Sent',
      nextResend: 'Next resend possible',
      reference: 'Reference',
    },

    time: {
      left: (span: string) => `${span} left`,
      overdueSince: (span: string) => `Ended ${span} ago`,
      startsIn: (span: string) => `Email goes out in ${span}`,
      due: 'Email is due',
      queued: 'Email is in the queue',
      inDoubt: 'Waiting for confirmation',
      again: (moment: string) => `otherwise sent again about ${moment}`,
      leaves: (moment: string) => `leaves about ${moment}`,
      until: (date: string) => `until ${date}`,
      ended: (date: string) => `ended ${date}`,
      on: (date: string) => `on ${date}`,
      since: (date: string) => `since ${date}`,
      notRunning: 'No longer applies',
      over: 'Ended just now',
    },

    orders: {
      skip: 'Skip to the order lines',
      title: 'Orders',
      introduction: 'Order lines of collaboration subscriptions, nearest deadline first.',
      search: 'Search',
      searchHint:
        'The beginning of an order ID, line (ORDER/LINE), subscription ID, contact email or its domain, or end customer',
      searchWrong: 'Enter at most 254 characters, without control characters or markup.',
      searchTooMany:
        'Too many order lines of all partners begin like this. Enter more of it, or a partner ID.',
      searchAll: 'Search the order lines of all partners',
      inAll: 'Search all partners',
      find: 'Search',
      clear: 'Clear search',
      filter: 'What to show',
      all: 'All',
      tab: {
        attention: 'Needs attention',
        lapsed: 'Lapsed',
        scheduled: 'Scheduled',
        settled: 'Settled',
        all: 'All',
      },
      group: {
        returned: 'Contact gets no email',
        day: 'Closes within 24 hours',
        threeDays: 'Closes within 3 days',
        later: 'Closes later',
      },
      moreReturned: '– more of these are below, by deadline',
      shown: (count: string, more: boolean) =>
        more ? `${count} lines, more on the next page` : count === '1' ? '1 line' : `${count} lines`,
      nothing: 'No order lines',
      nothingFound: (word: string) =>
        `No order ID, subscription ID, contact email, mail domain or end customer begins with “${word}”.`,
      legalForm: 'Companies are found without their legal form. Enter the beginning of the name itself.',
      nothingIn: {
        attention: 'No order line waits to be set up. Lapsed and scheduled lines have tabs of their own.',
        lapsed: 'No order line was closed without having been set up.',
        scheduled: 'No order line waits for its start date.',
        settled: 'No order line was onboarded or cancelled yet.',
      },
      nothingAtAll: 'Order lines appear here as soon as an order of this partner is booked.',
      seeAll: 'Show all order lines',
      next: 'Next page',
      first: 'First page',
      pages: 'Pages',
      lineOf: (customer: string, orderId: string, lineId: string) =>
        `${customer}, line ${lineId} of order ${orderId}`,
      table: 'Order lines, nearest deadline first',
    },

    /** How all partners are doing, for operators. */
    overview: {
      title: 'All partners',
      introduction: 'How many order lines need attention. Counts follow within seconds.',
      totals: 'Order lines of all partners',
      partners: 'Partners',
      order:
        'Partners with the most lines whose contact gets no email come first, then those with the most that close within 24 hours, then within 3 days.',
      orderOfPart: (first: string, last: string) =>
        `There are too many to put all in order at once: these are the ones from ${first} to ${last}.`,
      find: 'Find a partner',
      findHint: 'The beginning of a partner ID',
      findWrong: 'Enter the beginning of a partner ID: letters, digits, dots, hyphens or underscores.',
      show: 'Show',
      showAll: 'Show all',
      skip: 'Skip to the partners',
      nothing: 'No partner has order lines yet.',
      nothingFound: (beginning: string) => `No partner ID begins with “${beginning}”.`,
      counts: {
        undeliverable: 'Contact gets no email',
        closingWithin24h: 'Closes within 24 hours',
        closingWithin72h: 'Closes within 3 days',
        attention: 'Needs attention',
        lapsed: 'Lapsed',
        scheduled: 'Scheduled',
        settled: 'Settled',
        all: 'All',
      },
    },

    order: {
      title: (orderId: string) => `Order ${orderId}`,
      lines: 'Order lines',
      allLines: (count: string) => `Show all ${count} lines of this order in the list`,
      lineTitle: (lineId: string) => `Line ${lineId}`,
      details: 'History and details',
      pending:
        'The provisioning window has ended, but the subscription has not been set up. It still can be.',
      stillPossible: 'You can still resend the email and correct the contact here.',
      onboarded: (date: string) => `The customer’s organization was onboarded on ${date}.`,
    },

    subscription: {
      title: 'Cloud/SaaS Subscriptions',
      introduction: (subscriptionId: string) => `Subscription ${subscriptionId}`,
      pending:
        'The provisioning window has ended and the order line is closed, but the subscription has not been set up. It still can be.',
    },

    line: {
      title: (orderId: string, lineId: string) => `Order ${orderId}, line ${lineId}`,
      facts: 'Details',
      history: 'History',
      by: (actor: string) => `by ${actor}`,
      missing: 'If the email does not arrive',
      missingSpam:
        'Ask the contact to check the spam or junk folder and, if the company has one, the email quarantine.',
      missingAllow: 'Ask the contact’s IT administrator to allow this sender address:',
      sender: 'Sender address',
      missingAddress: (email: string) => `Check the address for typing errors: ${email}.`,
      anotherAddress: 'Agree with the contact on another address.',
      missingCorrect: 'To change it, select Edit; the email is then sent to the new address at once.',
    },

    /** The origin of an entry that is nobody's doing. */
    actors: {
      'commerce.workspace': 'by Cisco Commerce Workspace',
      'control-hub': 'by Control Hub',
      'aws.ses': 'by the mail service',
      workflow: 'automatically',
      sweep: 'automatically',
    },
    history: {
      Booked: 'Order line booked',
      Rescheduled: (date: string) => `Requested start date changed to ${date}`,
      rescheduleTooLate: (date: string) =>
        `Requested start date not changed to ${date}: the line was no longer scheduled`,
      rescheduleOvertaken: (date: string) =>
        `Requested start date not changed to ${date}: a newer change had come before`,
      sent: {
        first: 'Provisioning email sent',
        resend: 'Provisioning email resent',
        'contact-change': 'Provisioning email sent to the new contact',
        reminder: 'Reminder sent',
        'first-copy': 'Copy of the provisioning email sent',
        'reminder-copy': 'Copy of the reminder sent',
      },
      ProvisioningEmailFailed: 'Provisioning email could not be sent',
      ProvisioningEmailUnconfirmed: 'Provisioning email may have been sent',
      confirmed: 'The mail service’s answer was lost; its report has confirmed it since.',
      notAccepted: 'The mail service did not accept it. Nothing was sent or counted.',
      repeated: (times: string, since: string) => `${times} times in a row since ${since}.`,
      filter: 'Filter the history',
      download: 'Download all as CSV',
      kinds: { emails: 'Emails', contact: 'Contact', line: 'Order line' },
      nothing: 'Nothing of this kind has happened yet.',
      before: 'From',
      after: 'To',
      unknown: 'Not recorded',
      /** What an entry has led to, or what follows from it. */
      meaning: {
        Booked: 'The first email goes to whoever is the contact when it is sent.',
        sent: {
          first: 'The provisioning window started with it.',
          resend: 'The deadline did not change.',
          'contact-change':
            'From then on, this address is the contact, instead of the one before. The deadline did not change.',
          reminder: 'No onboarding had been reported by then.',
          'first-copy': 'It is for information, and counts toward the emails of the line.',
          'reminder-copy': 'It is for information, and counts toward the emails of the line.',
        },
        ProvisioningEmailUnconfirmed:
          'The mail service’s answer was lost. The email counts, and its report will tell whether it left.',
        BounceNoticeSent: 'This notice does not count toward the emails of the line.',
        sameAddress: 'The address stayed the same: the name or the language changed.',
        ClosingSoon: 'The time for the last reminder had come, and no onboarding had been reported.',
        Onboarded: 'The rest is set up in Control Hub. No more emails are sent.',
        earlier: (date: string) => `It happened on ${date}, and was reported later.`,
        Closed: 'No onboarding had been reported by then.',
        Cancelled: 'No more emails are sent.',
      },
      /** The meaning of a report. */
      feedbackMeaning: {
        Accepted: 'The mail service took it and is delivering it.',
        Delivered: 'The recipient’s mail server took it. A filter may still have put it in the spam folder.',
        Delayed: 'The recipient’s mail server did not take it yet; the mail service keeps trying.',
        Bounced: 'The recipient’s mail server sent it back.',
        Complained: 'No more emails of this line are sent to this address.',
        Rejected: 'It was not sent on.',
      },
      technicalReason: 'Technical reason',
      feedback: {
        Accepted: 'Email accepted',
        Delivered: 'Email delivered',
        Delayed: 'Email delayed',
        Bounced: 'Email bounced',
        Complained: 'Email marked as spam by the recipient',
        Rejected: 'Email rejected by the mail service',
      },
      BounceNoticeSent: 'Told by email that the contact gets no email',
      ProvisioningContactChanged: 'Provisioning contact changed',
      CopyRecipientChanged: 'Recipient of copies changed',
      copiesEnded: 'Recipient of copies removed',
      ClosingSoon: 'Closing soon: the provisioning window is about to end',
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

    /** Shown beside a control that cannot work now. */
    whyNot: {
      viewOnly: (name: string) => `Your role is view only. Ask ${name}, who placed the order.`,
      'not-started': (date: string) => `The first email goes out on ${date}.`,
      due: (date: string) => `The first email has been due since ${date} and goes out automatically.`,
      inDoubt: 'The first email may have been sent. If that is not confirmed, it is sent again.',
      'point-of-no-return': 'Onboarded: the setup is completed in Control Hub.',
      cancelled: 'Cancelled: no more emails are sent.',
      'contact-undeliverable':
        'No more emails of this line are sent to this address. Select Edit to change it.',
      'resend-too-soon': (date: string) => `Too soon after the last email. Possible again from ${date}.`,
      'resend-limit-reached': (date: string) =>
        `The limit of emails in 24 hours is reached. Possible again from ${date}.`,
      soon: {
        'resend-too-soon': (span: string) => `Too soon after the last email. Possible again in ${span}.`,
        'resend-limit-reached': (span: string) =>
          `The limit of emails in 24 hours is reached. Possible again in ${span}.`,
      },
      limitForGood: 'This line has reached its total limit of emails.',
      unknown: 'Not possible at the moment.',
    },
    nowPossible: 'Possible again now.',

    resendDialog: {
      title: 'Resend Confirmation',
      question: (email: string) => `Send the provisioning email again to ${email}?`,
      what: 'The email contains the link to set up the subscription. Links in earlier emails keep working, and the deadline does not change.',
      closed:
        'The provisioning window has ended. The email says so, and the subscription can still be set up.',
      localeHint: 'For this email only. To change it for good, edit the contact.',
      yes: 'Yes',
      no: 'No',
      sentTitle: 'The email was sent',
      sent: (email: string) => `The provisioning email was resent to ${email}.`,
      notSentTitle: 'The email could not be sent',
      notSent:
        'The mail service did not accept the email. Nothing was changed or counted. You can try again.',
      confirmAgain: 'Please confirm again. Nothing has been sent yet.',
      tryAgain: 'Try again',
    },

    /** Many lines at once. */
    jobs: {
      title: 'Bulk resends',
      introduction: `Emails of many order lines that were resent at once, newest first. They are kept for ${jobDays} days.`,
      noJobs: 'No emails of many lines have been resent at once yet.',
      select: (orderId: string, lineId: string) => `Select line ${lineId} of order ${orderId}`,
      selectAll: 'Select all that match, also on the next pages',
      resendSelected: 'Resend selected',
      resendOf: (orderId: string, lineId: string) => `Resend the email of line ${lineId} of order ${orderId}`,
      editOf: (orderId: string, lineId: string) => `Edit the contact of line ${lineId} of order ${orderId}`,
      line: (orderId: string, lineId: string) => `${orderId}, line ${lineId}`,
      confirmTitle: 'Resend Confirmation',
      question: (count: string, emails: number) =>
        emails === 1
          ? 'Send the provisioning email of 1 line again?'
          : `Send the provisioning emails of ${count} lines again?`,
      recipients: (count: string, addresses: number) =>
        addresses === 1 ? 'All go to 1 address.' : `They go to ${count} different addresses.`,
      locale: 'Language of the emails',
      localeOfContact: 'Language of each contact',
      localeHint: 'For these emails only. Contacts keep their languages.',
      example: (orderId: string, lineId: string) =>
        `Preview the first of the emails (order ${orderId}, line ${lineId})`,
      noneGoes: 'None of these lines can be resent now.',
      nothingSelected: 'No order line is selected. Go back and select some, or all that match.',
      tooMany: 'More than 10,000 order lines match. Narrow the list down first.',
      chosen: 'Selected order lines',
      outcome: 'Result',
      goes: 'Will be sent',
      skippedTitle: 'Skipped',
      skipped: (count: string, lines: number, why: string) =>
        lines === 1 ? `1 line: ${why}` : `${count} lines: ${why}`,
      what: 'Each email contains the link to set up the subscription. Deadlines do not change. The emails are sent one after the other, also when you leave the page.',
      start: (count: string, emails: number) => (emails === 1 ? 'Resend 1 email' : `Resend ${count} emails`),
      inProgressTitle: 'Another bulk resend is running',
      inProgress:
        'Your company can run one at a time, so nothing was started. Try again once it is completed.',
      toJob: 'Show its progress',
      jobTitle: 'Bulk resend',
      progress: 'Progress',
      status: { Queued: 'Starting', Running: 'Running', Completed: 'Completed' },
      done: (done: string, total: string, lines: number) =>
        lines === 1 ? `${done} of 1 line` : `${done} of ${total} lines`,
      counted: (result: string, count: string) => `${result}: ${count}`,
      goesOn: 'It goes on when you leave this page.',
      results: 'Results',
      filter: 'Filter by result',
      result: { sent: 'Sent', skipped: 'Skipped', failed: 'Not sent', unconfirmed: 'May have been sent' },
      noResults: 'There are no such results so far.',
      reason: {
        'order-line-not-found': 'There is no such order line',
        'email-not-sent': 'The mail service did not accept the email',
        'email-unconfirmed': 'The mail service’s answer was lost; the history shows what became of the email',
        internal: 'Something went wrong on our side',
      },
      csv: 'Download as CSV',
      startedBy: 'Started by',
      startedAt: 'Started',
      completedAt: 'Completed',
      lines: 'Order lines',
      at: 'Time',
    },

    /** Systems of the partner that get events. */
    webhooks: {
      title: 'Webhooks',
      introduction: 'Systems that are told what happens to the order lines.',
      show: 'Show',
      none: 'There are no webhooks yet.',
      actions: 'Actions',
      add: 'Add a webhook',
      editTitle: 'Edit the webhook',
      url: 'Address',
      urlHint: 'It begins with https://, on the port 443 or 8443, and can be reached from the internet.',
      urlWrong:
        'Enter an address that begins with https://, uses the port 443 or 8443, leads to a host of the public internet, and contains no user name or password.',
      description: 'Purpose',
      descriptionHint: 'Optional. What the system does with the events.',
      descriptionWrong: 'Enter plain text on one line, with at most 200 characters and no markup.',
      events: 'Events',
      eventsHint: 'If none is selected, all events are sent.',
      all: 'All events',
      comma: ', ',
      createdAt: 'Added',
      createdBy: 'Added by',
      disabledAt: 'Disabled since',
      oldSecretUntil: 'The old secret signs until',
      status: { Enabled: 'Enabled', Disabled: 'Disabled', failing: 'Failing' },
      whyDisabled: {
        failing:
          'Nothing could be delivered for three days, so this webhook was disabled. Test it, and enable it once the system works again. Events of the meantime are not sent again.',
        gone: 'The system answered that it is gone for good (410), so this webhook was disabled.',
      },
      failingSince: (date: string) =>
        `Every attempt since ${date} has failed. If nothing can be delivered for three days, the webhook is disabled.`,
      test: 'Send a test',
      rotate: 'Change the secret',
      disable: 'Disable',
      enable: 'Enable',
      delete: 'Delete',
      tested: 'A test is on its way. What came of it appears below in a few seconds.',
      again: 'Please confirm again. Nothing has been changed or sent yet.',
      limit: 'Your company has all the webhooks it may have. Delete one that is not needed.',
      question: {
        rotate: 'Make a new secret? For 24 hours, messages are signed with the old one as well.',
        delete: 'Delete this webhook? Events on their way to it are not sent.',
      },
      addedTitle: 'The webhook was added',
      rotatedTitle: 'The secret was changed',
      secret: 'Secret',
      secretOnce: 'Messages are signed with this secret. Copy it to your system now: it is not shown again.',
      oldSecret: 'For 24 hours, messages are signed with the old secret as well.',
      log: 'Deliveries of the last seven days',
      noLog: 'Nothing has been sent yet.',
      at: 'Time',
      event: 'Event',
      result: 'Result',
      attempt: (count: string) => `Attempt ${count}`,
      took: (milliseconds: string) => `${milliseconds} ms`,
      next: (moment: string) => `next attempt ${moment}`,
      results: { delivered: 'Delivered', failed: 'Failed', 'given-up': 'Given up' },
      errors: {
        timeout: () => 'no answer within ten seconds',
        'name-not-found': () => 'the host was not found',
        'address-not-allowed': () => 'the address is not one of the public internet',
        certificate: () => 'the certificate is not valid',
        connection: () => 'the connection failed',
        redirect: (status: string) => `redirects are not followed (${status})`,
        status: (status: string) => `answered ${status}`,
      },
      testType: 'Test',
      types: {
        'Order Line Scheduled': 'Order line booked',
        'Order Line Rescheduled': 'Requested start date changed',
        'Order Line Email Sent': 'Email sent',
        'Order Line Email Delivered': 'Email delivered',
        'Order Line Email Undeliverable': 'Email undeliverable',
        'Order Line Contact Changed': 'Provisioning contact changed',
        'Order Line Closing Soon': 'Provisioning window ends soon',
        'Order Line Onboarded': 'Organization onboarded',
        'Order Line Closed': 'Order line closed',
        'Order Line Cancelled': 'Order line cancelled',
      },
    },

    support: {
      title: 'If it keeps failing, open a support case',
      portal: 'Open the Customer Service Hub',
      how: 'Search for “Provisioning Assistance” there, and include these details:',
      search: 'Search for',
      requestType: 'Request type',
      details: 'Details for the support case',
    },

    /** For an email whose outcome is unknown. */
    unconfirmed: {
      title: 'The email may have been sent',
      what: (email: string) =>
        `The mail service’s answer was lost. The email to ${email} may have been sent, so it counts toward the limits and is in the history.`,
      ask: 'Before you send another one, ask the contact whether the email has arrived.',
      change: 'The contact changes once the email is confirmed. Until then the current contact stays.',
      others: 'The other lines of this order were not changed. Apply the change to them afterwards.',
      wait: 'This page tells you as soon as the mail service confirms that the email was sent.',
      look: 'Check now',
      notice: (email: string) =>
        `The latest email, to ${email}, may have been sent: the mail service’s answer was lost. The history shows it as sent once the mail service confirms it.`,
      askFirst: 'Before you send another one, ask the contact whether it has arrived.',
      firstAgain: 'If it is not confirmed, the service sends it again.',
      support: 'If the email is not confirmed and does not arrive, open a support case',
    },

    explain: {
      title: {
        'not-started': 'The first email is still to come',
        inDoubt: 'The first email may have been sent',
        'point-of-no-return': 'The organization is already onboarded',
        cancelled: 'The order line was cancelled',
        'contact-undeliverable': 'No more emails of this line are sent to this contact',
        'resend-too-soon': 'It is too soon to resend',
        'resend-limit-reached': 'The limit of emails is reached',
      },
      'not-started': (date: string) =>
        `The first provisioning email goes out automatically on the requested start date, ${date}.`,
      due: (date: string) =>
        `The first provisioning email has been due since ${date} and goes out automatically.`,
      notStartedInstead:
        'Until then you can correct the contact: the email goes to whoever is the contact at that time.',
      ponr: 'The customer’s organization is mapped to this order. The provisioning email can no longer be resent, and the contact can no longer be changed.',
      ponrInstead:
        'The provisioning contact or an administrator of the organization completes the setup in Control Hub:',
      cancelled: 'No emails are sent for a cancelled order line, and its contact can no longer be changed.',
      cancelledInstead: (name: string) =>
        `If the cancellation was a mistake, ask ${name}, who placed the order, to order again.`,
      'contact-undeliverable': (email: string) =>
        `No more emails of this line are sent to ${email}: the address refused an email permanently, its owner marked one as spam, or it was erased on request.`,
      undeliverableInstead: 'Change the provisioning contact. The email is sent to the new address at once.',
      'resend-too-soon': (date: string) =>
        `There is a short wait between two emails. The next one is possible from ${date}.`,
      tooSoonInstead: (email: string) =>
        `In the meantime, ask the contact to look for the email to ${email}, also in the spam folder.`,
      'resend-limit-reached': (date: string) =>
        `This line has reached its limit of emails in 24 hours. The next one is possible from ${date}.`,
      limitForGood: 'This line has reached its total limit of emails. No more are sent.',
      limitInstead: (email: string) =>
        `Contact the person in another way, and ask them to look for the emails to ${email}.`,
      changeContact: 'Change the contact',
      nothingSent: 'Nothing was sent.',
      nothingSaved: 'Nothing was saved.',
    },

    contactDialog: {
      title: 'Edit the provisioning contact',
      email: 'New email address',
      emailHint: 'For example jane@example.com',
      name: 'Name',
      nameHint: 'Optional. Leave it empty for no name.',
      locale: 'Language of the email',
      all: (count: string) => `Apply to all lines of this order (${count})`,
      allSkips: (lines: string) => `These can no longer be changed and will be skipped: ${lines}`,
      allSendsAtOnce: (count: string, emails: number) =>
        emails === 1
          ? 'A new address gets 1 email at once.'
          : `A new address gets ${count} emails at once, one for each line; lines that have it already send none.`,
      allSendsLater: (count: string, emails: number) =>
        emails === 1
          ? '1 more follows as the first email of its line.'
          : `${count} more follow as the first emails of their lines.`,
      sendsAtOnce:
        'When you save a new address, the provisioning email is sent to it at once. When you change only the name or the language, nothing is sent. The deadline does not change.',
      sendsLater: (date: string) =>
        `Nothing is sent now. The provisioning email goes to the contact on ${date}.`,
      sendsWhenDue: 'Nothing is sent now. The first email, which is due, goes to the contact.',
      mayHaveGone: (email: string) =>
        `Nothing is sent now. The first email may already have gone to ${email}; if that is not confirmed, it is sent again, to the contact.`,
      save: 'Save',
      wrongTitle: 'Please check what you entered',
      wrong: {
        email:
          'Enter one complete email address in Latin characters, with at most 64 before the @, for example jane@example.com.',
        name: 'Enter the name as plain text on one line, with at most 200 characters and no markup.',
        locale: 'Choose one of the languages.',
      },
      strayCharacter: (position: string, character: string) =>
        `Character ${position} of the address, ${character}, cannot be there.`,
      space: 'a space',
      quoted: (character: string) => `“${character}”`,
      confirmAgain: 'Please check what you entered, and save again. Nothing has been saved yet.',
      changedMeanwhile:
        'The address of the contact was changed after you opened this page, and is shown here. Please check what you entered, and save again. Nothing has been saved yet.',
      keptForYou: 'You had to sign in again. What you entered is still here; check it, and save again.',
      refused: {
        'contact-undeliverable': 'No more emails of this line are sent to this address. Enter another one.',
        'resend-too-soon': 'Another email of this line is being sent. Try again in a minute.',
      },
      savedTitle: 'The contact was changed',
      unchangedTitle: 'Nothing was changed',
      unchanged: (email: string) =>
        `The contact was already ${email}, with this name and language, so nothing was changed or sent.`,
      resendInstead: 'To send the email again, use Resend.',
      sent: (lines: string, email: string) => `${lines}: the provisioning email was sent to ${email}.`,
      saved: (lines: string, email: string) => `${lines}: the first email will go to ${email}.`,
      savedQuietly: (lines: string) => `${lines}: saved. Nothing was sent.`,
      kept: (lines: string, email: string) => `${lines}: the contact was already ${email}.`,
      skippedTitle: 'Skipped',
      skipped: (lines: string, why: string) => `${lines}: ${why}`,
      line: (lineId: string) => `Line ${lineId}`,
      andMore: (count: string) => `${count} more`,
      skippedWhy: {
        'point-of-no-return': 'the organization is already onboarded.',
        cancelled: 'the order line was cancelled.',
        'contact-undeliverable': 'no more of its emails are sent to this address.',
        'resend-limit-reached': 'the limit of emails is reached.',
        'resend-too-soon': 'another email was being sent. Try again in a minute.',
        'email-not-sent': 'the email could not be sent. Try again.',
        'email-unconfirmed':
          'the email may have been sent; the mail service’s answer was lost. The contact changes once the email is confirmed. Ask the contact before you try again.',
        other: 'could not be changed.',
      },
    },

    preview: {
      title: 'Preview the email',
      show: 'Show the preview',
      subject: 'Subject',
      from: 'From',
      replyTo: 'Replies go to',
      asHtml: 'The email',
      asText: 'The email as plain text',
      /** What saving would do to lines, by outcome. */
      plan: {
        send: (count: string, lines: string, to: string) =>
          count === '1'
            ? `1 email goes to ${to} at once: ${lines}.`
            : `${count} emails go to ${to} at once: ${lines}.`,
        'save-for-first': (_: string, lines: string, to: string) =>
          `The first email will go to ${to}: ${lines}.`,
        save: (_: string, lines: string) =>
          `Only the name or the language changes, so nothing is sent: ${lines}.`,
        unchanged: (_: string, lines: string) => `Nothing changes, so nothing is sent: ${lines}.`,
        refused: (_: string, lines: string) => `Cannot be changed: ${lines}.`,
      },
    },

    copyToDialog: {
      title: 'Copies for a second recipient',
      email: 'Email address for copies',
      sendsNothing:
        'Nothing is sent now. From now on, this address gets a copy of the first email and of reminders, for information. Resends go to the contact only.',
      remindersOnly:
        'Nothing is sent now. From now on, this address gets a copy of each reminder, for information. Resends go to the contact only.',
      nothingToCopy:
        'Nothing is sent now. Only the first email and reminders are copied, and this line gets none any more: its window has ended.',
      remove: 'Send no more copies',
      isContact:
        'This is the address of the provisioning contact, who gets the emails anyway. Enter another one.',
      nobody: 'Nobody',
      add: 'Add a recipient of copies',
      change: 'Change the recipient of copies',
    },

    noAccess: {
      title: 'You do not have access',
      text: 'Your account does not have the role for this. The person who placed the order can help:',
      name: 'Name',
      email: 'Email',
      roleMissing: 'Your account does not have the role for this.',
      roleMissingInstead:
        'Ask your company’s account administrator for the “resend” role, and name this account:',
      noRole: 'Your account does not have a role here yet, so there is nothing to show.',
      noRoleInstead:
        'Ask your company’s account administrator for the “view” or “resend” role, and name this account:',
      account: 'Your account',
      signOutInstead: 'You can also sign out and sign in with another account.',
    },

    errors: {
      notFoundTitle: 'Page not found',
      notFound:
        'This page does not exist, or is about an order that you may not see. Check the address, or search for the order.',
      cursorTitle: 'This page of the list cannot be shown',
      cursor: 'The address of the page is incomplete. Start from the first page.',
      forbiddenTitle: 'The request was not accepted',
      forbidden:
        'It did not come from a page of this console, so nothing was done. Open the page again, and repeat what you did.',
      tooLargeTitle: 'The form is too large',
      tooLarge:
        'It contains more than can be accepted, so nothing was done. Go back and shorten what you entered.',
      internalTitle: 'Something went wrong on our side',
      internal: 'Try again in a moment. If it keeps failing, report this reference to your administrator.',
      sessionEndedTitle: 'Your session has ended',
      sessionEnded: 'Please sign in again. Nothing was sent or saved.',
      sessionEndedKept: 'What you entered is kept. After you sign in, it is shown again for you to confirm.',
      signInUnreachableTitle: 'The sign-in service is not responding',
      signInUnreachable: 'It cannot be reached at the moment. Try again shortly.',
      signInUnfinishedTitle: 'Sign-in was not completed',
      signInUnfinished:
        'It took too long, was interrupted, or was started in another window. Please start again.',
      accountTitle: 'This account cannot be used here',
      account:
        'The sign-in service did not provide the account details that this console needs. Ask your administrator.',
      toOrders: 'Go to orders',
      retry: 'Try again',
    },

    insights: {
      title: 'Insights',
      introduction:
        'What became of order lines after their first email, by the month in which it was sent. Counts follow within seconds.',
      from: 'From',
      to: 'To',
      partnerHint: 'Empty: all partners',
      allOffers: 'All offers',
      allLanguages: 'All languages',
      emailLanguage: 'Language of the email',
      show: 'Show',
      csv: 'Download as CSV',
      wrong: 'Enter two months, the first not after the last and at most 36 months apart.',
      nothing: 'No first email was sent in these months.',
      overview: 'Overview',
      month: 'First email in',
      lines: 'Lines',
      onboarded: 'Onboarded',
      meanTime: 'Average time from first email to onboarding',
      scale: (percent: string) => `A full bar is ${percent}.`,
      share: 'Share',
      count: (part: string, whole: string) => `${part} of ${whole}`,
      counted: 'Count',
      closed: {
        title: 'Closed without provisioning, by month',
        offer: 'Closed without provisioning, by offer',
        language: 'Closed without provisioning, by language',
        short: 'Closed without provisioning',
        what: 'Of all lines, those that closed and have not been onboarded since.',
      },
      time: {
        title: 'Time from first email to onboarding',
        column: 'Time',
        what: 'Of the lines that were onboarded.',
        onboardedWithin1Day: 'Within 1 day',
        onboardedWithin3Days: '1 to 3 days',
        onboardedWithin7Days: '3 to 7 days',
        onboardedWithin30Days: '7 to 30 days',
        onboardedLater: 'More than 30 days',
      },
      bounces: {
        title: 'Bounced emails, by month',
        short: 'Bounced emails',
        what: 'Of all emails for these lines, those that came back or were rejected.',
      },
      help: {
        title: 'Onboarded after another email',
        column: 'Email',
        what: 'Of the lines that got such an email, those that were onboarded after the first one. A line may have got several kinds.',
        resent: 'Resent',
        corrected: 'Sent to a new contact',
        reminded: 'Reminded',
      },
    },

    notifications: {
      title: 'Notifications',
      to: 'Emails go to',
      what: 'Tell me about the order lines of my organization',
      digest: 'Once a day, at 08:00',
      digestHint:
        'Lines whose contact gets no email, lines that close within three days, and lines that closed. If there is nothing to say, no email is sent.',
      bounces: 'At once, when an email comes back or is marked as spam',
      bouncesHint:
        'Five emails a day at most. Whoever placed an order is told of its lines anyway, unless they ended that.',
      timeZone: 'Time zone',
      locale: 'Language of these emails',
      next: (date: string) => `If there is something to say by then, the next daily email leaves on ${date}.`,
      ends: (date: string) =>
        `These emails end on ${date} unless you sign in again before that. With each visit they go on for ${choiceDays} days.`,
      saved: 'Your choice is saved.',
      again: 'Nothing was saved. Check the form and save again.',
      unverified:
        'Your sign-in vouches for no email address of yours, so nothing can be sent to you. Ask the administrator of your account.',
      tooMany: '20 people of your organization are told at once already, the most there may be.',
      undeliverable: (date: string) =>
        `Since ${date} mail does not reach your address, so nothing more is sent there. Once that is mended, choose again.`,
      noPartner: 'These emails are about the order lines of one partner, and your account belongs to none.',
    },
    endDigest: {
      title: 'Stop the daily digest?',
      text: 'It is sent because you chose it in the console, where you can choose it again at any time.',
      end: 'Stop the digest',
      endedTitle: 'The daily digest is stopped',
      ended: 'You get no more of them. Under “Notifications” in the console you can choose it again.',
      nothingTitle: 'This link leads to no digest',
      nothing:
        'Either nobody gets that digest any more, or the address is incomplete. If digests still come, use the link in the latest one.',
    },

    endNotices: {
      title: 'Stop notices of emails that came back or were marked as spam?',
      text: 'If you placed an order and its provisioning email does not arrive or is marked as spam, you are told by email; and so for all orders of your organization, if you chose that. Once you stop these notices, you get no more of them, for any order.',
      end: 'Stop the notices',
      endedTitle: 'The notices are stopped',
      ended:
        'You get no more of them. The console still shows which emails came back or were marked as spam.',
      nothingTitle: 'This link leads to no notices',
      nothing: 'The address is incomplete or too old. If notices still come, use the link in the latest one.',
    },

    signOutPage: {
      title: 'You are signed out',
      text: 'You can close this window.',
      again: 'Sign in again',
      confirmTitle: 'Sign out?',
      confirm: 'You will need to sign in again to see your orders.',
      goingTitle: 'Signing out…',
      going:
        'You are signed out of this console. If nothing happens, complete signing out at the sign-in service:',
      goOn: 'Complete signing out',
    },
  };
}

export type Texts = ReturnType<typeof english>;
